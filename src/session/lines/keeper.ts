/**
 * Keeps every wanted line open for as long as the session lives: opens it, opens it again after its
 * driver closed it or could not open it, lets it go when the device is removed.
 */
import { sleep } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { LineStatus } from "../../model/line.ts";
import { Semaphore } from "../../semaphore.ts";
import { LINECALLPRIVILEGE, LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import { Backoff } from "../backoff.ts";
import type { CallFeed } from "../calls/feed.ts";
import { lineCommands, NO_LINE_COMMANDS, NO_LINE_FEATURES } from "../commands/can.ts";
import type { Replies } from "../commands/replies.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice, TapiLine } from "../line.ts";
import { describeDevice } from "./describe.ts";
import type { LineStatuses } from "./status.ts";

const log = logger("session");

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** After a line was open for so long, its pauses begin with the shortest again. */
const SETTLED_MS = 60_000;
/** Devices described and opened at a time: each takes a thread while its driver works. */
const DEVICES_AT_ONCE = 4;
/** A device that takes longer than this no longer counts as one of them. */
const PLACE_MS = 5000;
/** The device does not exist any more: LINE_CREATE reports when it comes back. */
const REMOVED: readonly number[] = [LINEERR.NODEVICE, LINEERR.BADDEVICEID];

export interface LineKeeperOptions {
  readonly context: SessionContext;
  readonly feed: CallFeed;
  readonly statuses: LineStatuses;
  readonly replies: Replies;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Whether a line with this extension is to be opened. */
  readonly wanted: (extension: string) => boolean;
  /** Receives every error, which may be one of the telephony service itself. */
  readonly onFailure: (error: unknown) => void;
}

export class LineKeeper {
  readonly #options: LineKeeperOptions;
  readonly #kept = new Map<number, AbortController>();
  readonly #places = new Semaphore(DEVICES_AT_ONCE);

  constructor(options: LineKeeperOptions) {
    this.#options = options;
  }

  /**
   * Keeps a device open from now on; one that waits for its next attempt is tried at once. Resolves
   * when it has been tried for the first time.
   */
  keep(deviceId: number): Promise<void> {
    const { devices, ended } = this.#options.context;
    const known = devices.byId(deviceId);
    if (known !== undefined && known.handle !== 0) return Promise.resolve();
    this.#kept.get(deviceId)?.abort();
    // The attempt under way comes to nothing, and the device may have no line any more.
    if (known?.status === "opening") known.closed();
    const removed = new AbortController();
    this.#kept.set(deviceId, removed);
    const tried = Promise.withResolvers<void>();
    const until = AbortSignal.any([ended, removed.signal]);
    void this.#keep(deviceId, until, tried.resolve).finally(() => {
      if (this.#kept.get(deviceId) === removed) this.#kept.delete(deviceId);
      tried.resolve();
    });
    return tried.promise;
  }

  /** The device is gone, and with it its lines and their calls. */
  remove(deviceId: number): void {
    const { devices, onSignal } = this.#options.context;
    this.#kept.get(deviceId)?.abort();
    this.#kept.delete(deviceId);
    const device = devices.byId(deviceId);
    if (device === undefined) return;
    log.warn("Line {line} was removed", { line: device.name });
    devices.delete(device);
    if (device.handle !== 0) this.closed(device);
    // After the end of its calls has been reported.
    this.#options.feed.lose(device, () => {
      for (const { identity } of device.lines) onSignal({ kind: "line-removed", line: identity });
    });
  }

  /** The device's handle is dead, and so are its calls'; or the session is over. */
  closed(device: LineDevice): void {
    const { replies, feed } = this.#options;
    device.closed();
    // Its driver sends no replies any more.
    for (const line of device.lines) replies.end(line);
    feed.lose(device, () => this.#report(device, "closed"));
  }

  /** The driver has lost the phone system, or has it again: calls may have changed unheard. */
  serviceChanged(device: LineDevice): void {
    const { feed, statuses } = this.#options;
    const isOpen = device.status === "open";
    if (isOpen) log.info("Line {line} is in service again", { line: device.name });
    else log.error("Line {line} is out of service", { line: device.name });
    this.#report(device, isOpen ? "open" : "out_of_service");
    if (!isOpen) return;
    void device.queue.run(async () => {
      for (const line of device.lines) {
        for (const call of [...this.#options.context.calls.of(line)]) await feed.check(call);
      }
      await feed.listCalls(device);
      statuses.refresh(device, { status: true });
    });
  }

  async #keep(deviceId: number, until: AbortSignal, tried: () => void): Promise<void> {
    const { context, random, wanted, onFailure } = this.#options;
    const { clock } = context;
    const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS, random });
    let device: LineDevice | undefined;
    let trouble: string | undefined;
    while (!until.aborted) {
      try {
        device ??= await this.#inPlace(until, () => describeDevice(context, deviceId));
        if (device === undefined || until.aborted) return;
        if (!device.lines.some(({ name }) => wanted(name))) return;
        this.#register(device);
        await this.#open(device, until);
        if (trouble !== undefined) log.info("Line {line} is open again", { line: device.name });
        tried();
        const openedAtMs = clock.uptimeMs();
        await settledOrAborted(device.whenClosed, until);
        if (until.aborted) return;
        if (clock.uptimeMs() - openedAtMs >= SETTLED_MS) backoff.reset();
        trouble = "closed";
        log.error("Line {line} was closed by its driver", { line: device.name });
      } catch (error) {
        if (until.aborted) return;
        if (describeError(error) !== trouble) this.#reportFailure(deviceId, device, error);
        trouble = describeError(error);
        onFailure(error);
        if (error instanceof TapiError && REMOVED.includes(error.code)) return;
      }
      tried();
      await sleep(clock, backoff.pauseMs(), until);
    }
  }

  /** Adds the device to those found, once. */
  #register(device: LineDevice): void {
    const { devices, onSignal } = this.#options.context;
    if (devices.byInstance(device.instance) === device) return;
    const replaced = devices.add(device);
    for (const line of device.lines) {
      const others = [...devices.lines()].filter((other) => other !== line);
      line.tellApart(new Set(others.map(({ identity }) => identity.permanentId)));
      const before = replaced?.lines.find(({ addressId }) => addressId === line.addressId);
      onSignal({ kind: "line-found", line: line.identity, replaces: before?.identity });
    }
  }

  /** Opens the device and lists its calls, before any message about them is handled. */
  #open(device: LineDevice, until: AbortSignal): Promise<void> {
    const { context: { devices, ended }, feed, statuses } = this.#options;
    return device.queue.run(async () => {
      try {
        await devices.opening(
          device,
          () => this.#inPlace(until, () => this.#lineOpen(device, until)),
        );
      } catch (error) {
        feed.forget(device);
        throw error;
      }
      // Closed again meanwhile, or the session is over.
      if (device.handle === 0 || ended.aborted) return;
      log.debug("Line {line} is open", { line: device.name });
      // Its driver may already have said that it is out of service.
      const status = device.status === "out_of_service" ? device.status : "open";
      for (const line of device.lines) {
        // The commands it takes now are read below; until then, those that it can ever take.
        const can = lineCommands(NO_LINE_FEATURES, line.features);
        this.#reportLine(line, status, { can });
      }
      await feed.listCalls(device);
      statuses.refresh(device, { status: true });
    });
  }

  /**
   * Opens a device as MONITOR: every call on it is seen, and none becomes the program's own until it
   * is commanded. An owner of all calls could drop them when the line is closed.
   *
   * @throws TapiError if it cannot be opened, or was closed again before this returned.
   */
  async #lineOpen(device: LineDevice, until: AbortSignal): Promise<void> {
    const { tapi, app, ended } = this.#options.context;
    const { apiVersion, mediaModes, lineStates, addressStates } = device.caps;
    const { MONITOR } = LINECALLPRIVILEGE;
    until.throwIfAborted();
    const { handle, isTaken } = await device.open(
      () => tapi.open(app, device.id, apiVersion, device.instance, MONITOR, mediaModes),
      until,
    );
    if (!isTaken) {
      // After the session the handle is dead, and its value may be another line's by now.
      if (!ended.aborted) await tapi.close(handle);
      until.throwIfAborted();
    }
    if (device.handle === 0) return;
    try {
      await tapi.setStatusMessages(handle, lineStates, addressStates);
    } catch (error) {
      // Calls are reported all the same.
      log.warn("Line {line} does not report its status: {error}", {
        line: device.name,
        error: describeError(error),
      });
    }
  }

  #reportFailure(deviceId: number, device: LineDevice | undefined, error: unknown): void {
    const reason = describeError(error);
    if (device === undefined) {
      return log.warn("Line device {deviceId} cannot be described: {reason}", { deviceId, reason });
    }
    log.error("Line {line} cannot be opened: {reason}", { line: device.name, reason });
    device.failed(error);
    this.#report(device, "failed");
  }

  #report(device: LineDevice, status: LineStatus): void {
    const error = status === "failed" && device.error !== undefined ? { error: device.error } : {};
    const can = device.handle === 0 ? { can: NO_LINE_COMMANDS } : {};
    for (const line of device.lines) this.#reportLine(line, status, { ...error, ...can });
  }

  #reportLine(
    { identity }: TapiLine,
    status: LineStatus,
    more: { readonly error?: string; readonly can?: ReturnType<typeof lineCommands> },
  ): void {
    const { onSignal } = this.#options.context;
    onSignal({ kind: "line-status", line: identity, status, ...more });
  }

  /** Runs `task` while few others run. One that hangs gives its place up, but goes on. */
  async #inPlace<T>(until: AbortSignal, task: () => Promise<T>): Promise<T> {
    const { clock } = this.#options.context;
    const leave = await this.#places.enter();
    const timer = clock.setTimeout(leave, PLACE_MS);
    try {
      until.throwIfAborted();
      return await task();
    } finally {
      clock.clearTimeout(timer);
      leave();
    }
  }
}

/** Waits for `promise`, which never rejects, or for the signal. */
function settledOrAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
    void promise.then(done);
  });
}
