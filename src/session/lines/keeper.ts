/**
 * Keeps every wanted line open for as long as the session lives: opens it, opens it again after its
 * driver closed it or could not open it, lets it go when the device is removed.
 */
import { sleep } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { LINECALLPRIVILEGE, LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import { Backoff } from "../backoff.ts";
import type { CallFeed } from "../calls/feed.ts";
import type { Replies } from "../commands/replies.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice } from "../line.ts";
import type { LineAgents } from "./agents.ts";
import type { LineCatalogue } from "./catalogue.ts";
import type { LineLog } from "./line_log.ts";
import { DriverPlaces } from "./places.ts";
import { reportOpen, reportStatus } from "./report.ts";
import type { LineStatuses } from "./status.ts";

const log = logger("session");

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** After a line was open for so long, its pauses begin with the shortest again. */
const SETTLED_MS = 60_000;
/** The device does not exist (any more, or yet): LINE_CREATE reports when it comes back. */
const MISSING: readonly number[] = [LINEERR.NODEVICE, LINEERR.BADDEVICEID];
/** How often a device that was announced is tried: some drivers announce one before it is there. */
const MOST_MISSING = 6;

export interface LineKeeperOptions {
  readonly context: SessionContext;
  readonly catalogue: LineCatalogue;
  readonly lineLog: LineLog;
  readonly feed: CallFeed;
  readonly statuses: LineStatuses;
  readonly agents: LineAgents;
  readonly replies: Replies;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** How many devices are described and opened at a time: each takes a thread while its driver works. */
  readonly devicesAtOnce: number;
  /** Receives every error, which may be one of the telephony service itself. */
  readonly onFailure: (error: unknown) => void;
}

export class LineKeeper {
  readonly #options: LineKeeperOptions;
  readonly #kept = new Map<number, AbortController>();
  readonly #places: DriverPlaces;

  constructor(options: LineKeeperOptions) {
    this.#options = options;
    this.#places = new DriverPlaces(options.devicesAtOnce);
  }

  /**
   * Keeps a device open from now on; one that waits for its next attempt is tried at once. Resolves
   * when it has been tried for the first time.
   *
   * @param isAnnounced Whether its driver has just said that there is such a device.
   */
  keep(deviceId: number, isAnnounced = false): Promise<void> {
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
    void this.#keep(deviceId, { isAnnounced, until, tried: tried.resolve }).finally(() => {
      if (this.#kept.get(deviceId) === removed) this.#kept.delete(deviceId);
      tried.resolve();
    });
    return tried.promise;
  }

  /** The device is gone, and with it its lines and their calls. */
  remove(deviceId: number): void {
    const { devices } = this.#options.context;
    this.#kept.get(deviceId)?.abort();
    this.#kept.delete(deviceId);
    const device = devices.byId(deviceId);
    if (device === undefined) return;
    this.#options.lineLog.note("removed", device.name);
    if (device.handle !== 0) this.closed(device);
    this.#options.catalogue.remove(device);
  }

  /** The device's handle is dead, and so are its calls'; or the session is over. */
  closed(device: LineDevice): void {
    const { replies, feed } = this.#options;
    device.closed();
    // Its driver sends no replies any more.
    replies.end(device);
    feed.lose(device, () => reportStatus(this.#options.context, device));
  }

  /** The driver says that a device's capabilities changed: if it is another one now, it is closed. */
  async describeAgain(device: LineDevice): Promise<void> {
    const { handle } = device;
    const { catalogue, context, feed } = this.#options;
    if (await catalogue.describeAgain(device) || device.handle !== handle) return;
    const held = feed.handOver(device.lines);
    await Promise.all(held.map((call) => feed.refuse(call.handle, device)));
    // Closed by its driver meanwhile, or with the session: the handle is dead already.
    if (device.handle !== handle || context.ended.aborted) return;
    this.closed(device);
    try {
      await context.tapi.close(handle);
    } catch (error) {
      log.debug("Line {line} cannot be closed: {error}", {
        line: device.name,
        error: describeError(error),
      });
    }
  }

  async #keep(
    deviceId: number,
    { isAnnounced, until, tried }: {
      readonly isAnnounced: boolean;
      readonly until: AbortSignal;
      /** Is called after each attempt. */
      readonly tried: () => void;
    },
  ): Promise<void> {
    const { context: { clock, devices }, catalogue, random, onFailure } = this.#options;
    const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS, random });
    let trouble: string | undefined;
    let missing = 0;
    while (!until.aborted) {
      try {
        const device = await this.#inPlace(
          devices.byId(deviceId),
          until,
          () => catalogue.describe(deviceId, until),
        );
        if (device === undefined || until.aborted) return;
        await this.#open(device, until);
        if (trouble !== undefined) this.#options.lineLog.note("open again", device.name);
        missing = 0;
        tried();
        const openedAtMs = clock.uptimeMs();
        await settledOrAborted(device.whenClosed, until);
        if (until.aborted) return;
        if (clock.uptimeMs() - openedAtMs >= SETTLED_MS) backoff.reset();
        trouble = "closed";
        this.#options.lineLog.note("closed", device.name);
      } catch (error) {
        if (until.aborted) return;
        const isMissing = error instanceof TapiError && MISSING.includes(error.code);
        // A device that does not exist has no name to report it by.
        const device = isMissing ? devices.byId(deviceId) : catalogue.known(deviceId);
        if (device !== undefined && describeError(error) !== trouble) {
          this.#reportFailure(device, error);
        }
        trouble = describeError(error);
        onFailure(error);
        if (isMissing && (!isAnnounced || ++missing >= MOST_MISSING)) return;
      }
      tried();
      await sleep(clock, backoff.pauseMs(), until);
    }
  }

  /** Opens the device and lists its calls, before any message about them is handled. */
  #open(device: LineDevice, until: AbortSignal): Promise<void> {
    const { context, feed, statuses, agents } = this.#options;
    const { devices, ended } = context;
    return device.queue.run(async () => {
      try {
        await devices.opening(
          device,
          () => this.#inPlace(device, until, () => this.#lineOpen(device, until)),
        );
      } catch (error) {
        feed.forget(device);
        throw error;
      }
      // Closed again meanwhile, or the session is over.
      if (device.handle === 0 || ended.aborted) return;
      log.debug("Line {line} is open", { line: device.name });
      for (const line of device.lines) reportOpen(context, line);
      await feed.listCalls(device);
      statuses.refresh(device, { status: true });
      agents.refreshAll(device);
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

  #reportFailure(device: LineDevice, error: unknown): void {
    this.#options.lineLog.note("not open", device.name, describeError(error));
    device.failed(error);
    reportStatus(this.#options.context, device);
  }

  /** Runs `task` while few others run: until it is over, its driver has one of the threads. */
  async #inPlace<T>(
    device: LineDevice | undefined,
    until: AbortSignal,
    task: () => Promise<T>,
  ): Promise<T> {
    const leave = await this.#places.enter(device?.provider ?? "");
    try {
      until.throwIfAborted();
      return await task();
    } finally {
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
