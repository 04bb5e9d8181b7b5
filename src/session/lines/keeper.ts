/**
 * Keeps every wanted line open for as long as the session lives: opens it, opens it again when its
 * provider closed it or could not open it, lets it go when the device is removed.
 */
import { type Clock, sleep } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { Tapi } from "../../tapi/calls.ts";
import { LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import { Backoff } from "../backoff.ts";
import type { CallFeed } from "../calls/feed.ts";
import type { LineEntry } from "../handles.ts";
import { lineAbilities, NO_FEATURES, NO_LINE_ABILITIES } from "../commands/abilities.ts";
import { describeLine, openLine } from "./device.ts";
import type { Replies } from "../commands/replies.ts";
import type { LineStatus, Signal } from "../signals.ts";
import type { StatusFeed } from "./status_feed.ts";

const log = logger("session");

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** A line that was open for so long begins its pauses anew. */
const SETTLED_MS = 60_000;
/** Devices asked and opened at a time: each takes a thread while its provider works. */
const DEVICES_AT_ONCE = 4;
/** A device that takes longer than this no longer counts as one of them. */
const SLOT_MS = 5000;
/** The device does not exist any more: LINE_CREATE tells when it comes back. */
const REMOVED: readonly number[] = [LINEERR.NODEVICE, LINEERR.BADDEVICEID];

export interface LineKeeperContext {
  readonly tapi: Tapi;
  readonly app: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly wanted: (extension: string) => boolean;
  readonly feed: CallFeed;
  readonly statuses: StatusFeed;
  readonly replies: Replies;
  /** The lines found, by callback instance. */
  readonly lines: Map<number, LineEntry>;
  /** The lines whose lineOpen is under way, also for a device that was removed meanwhile. */
  readonly opening: Set<LineEntry>;
  /** Aborted when the session ends. */
  readonly ended: AbortSignal;
  readonly onSignal: (signal: Signal) => void;
  /** Told of every error, which may be one of the telephony service itself. */
  readonly onFailure: (error: unknown) => void;
}

export class LineKeeper {
  readonly #context: LineKeeperContext;
  readonly #kept = new Map<number, AbortController>();
  #busySlots = 0;
  readonly #waitingForSlot: (() => void)[] = [];

  constructor(context: LineKeeperContext) {
    this.#context = context;
  }

  /**
   * Keeps a device's line open from now on; one that waits for its next attempt is tried at once.
   * Resolves when it has been tried for the first time.
   */
  keep(deviceId: number): Promise<void> {
    const found = [...this.#context.lines.values()].filter(({ device }) =>
      device.deviceId === deviceId
    );
    if (found.some(({ handle }) => handle !== 0)) return Promise.resolve();
    this.#kept.get(deviceId)?.abort();
    // What has begun comes to nothing now, and the device may have no line any more.
    for (const line of found) if (line.status === "opening") line.status = "closed";
    const removed = new AbortController();
    this.#kept.set(deviceId, removed);
    const tried = Promise.withResolvers<void>();
    const until = AbortSignal.any([this.#context.ended, removed.signal]);
    void this.#keep(deviceId, until, tried.resolve).finally(() => {
      if (this.#kept.get(deviceId) === removed) this.#kept.delete(deviceId);
      tried.resolve();
    });
    return tried.promise;
  }

  /** The device is gone, and with it the line and its calls. */
  remove(deviceId: number): void {
    this.#kept.get(deviceId)?.abort();
    this.#kept.delete(deviceId);
    for (const [instance, line] of this.#context.lines) {
      if (line.device.deviceId !== deviceId) continue;
      log.warn("Line {line} was removed", { line: line.extension });
      this.#context.lines.delete(instance);
      if (line.handle !== 0) this.closed(line);
      // Behind what was told of its calls.
      this.#context.feed.lose(
        line,
        () => this.#context.onSignal({ kind: "line-removed", line }),
      );
    }
  }

  /** The session is over, and with it the line as this session has it. */
  abandon(line: LineEntry): void {
    if (line.handle !== 0) return this.closed(line);
    line.status = "closed";
    this.#context.feed.lose(line, () => this.#tell(line, "closed"));
  }

  /** The line's handle is dead, and so are its calls'. */
  closed(line: LineEntry): void {
    line.closed();
    // Its provider sends no replies any more.
    this.#context.replies.end(line);
    this.#context.feed.lose(line, () => this.#tell(line, "closed"));
  }

  /** The provider lost the telephone system, or has it again: calls may have changed unheard. */
  reported(line: LineEntry): void {
    const inService = !line.reports.outOfService && !line.reports.disconnected;
    if (line.handle === 0 || inService === (line.status === "open")) return;
    line.status = inService ? "open" : "out_of_service";
    if (inService) log.info("Line {line} is in service again", { line: line.extension });
    else log.error("Line {line} is out of service", { line: line.extension });
    this.#tell(line, line.status);
    if (!inService) return;
    const { feed, statuses } = this.#context;
    void line.queue.run(async () => {
      for (const entry of [...line.calls]) await feed.check(entry);
      await feed.listCalls(line);
      statuses.refresh(line, { status: true });
    });
  }

  async #keep(deviceId: number, until: AbortSignal, tried: () => void): Promise<void> {
    const { tapi, app, clock, random, wanted } = this.#context;
    const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS, random });
    let line: LineEntry | undefined;
    let trouble: string | undefined;
    while (!until.aborted) {
      try {
        line ??= await this.#inSlot(until, () => describeLine(tapi, app, deviceId, clock));
        if (line === undefined || !wanted(line.extension) || until.aborted) return;
        this.#register(line);
        await this.#open(line, until);
        if (trouble !== undefined) log.info("Line {line} is open again", { line: line.extension });
        tried();
        const openedAtMs = clock.uptimeMs();
        await settledOrAborted(line.whenClosed, until);
        if (until.aborted) return;
        if (clock.uptimeMs() - openedAtMs >= SETTLED_MS) backoff.reset();
        trouble = "closed";
        log.error("Line {line} was closed by its provider", { line: line.extension });
      } catch (error) {
        if (until.aborted) return;
        if (describeError(error) !== trouble) this.#tellFailure(deviceId, line, error);
        trouble = describeError(error);
        this.#context.onFailure(error);
        if (error instanceof TapiError && REMOVED.includes(error.code)) return;
      }
      tried();
      await sleep(clock, backoff.pauseMs(), until);
    }
  }

  /** Counts the line among those found, once. */
  #register(line: LineEntry): void {
    const { lines, onSignal } = this.#context;
    const replaces = lines.get(line.instance);
    if (replaces === line) return;
    lines.set(line.instance, line);
    line.tellApart([...lines.values()].filter((other) => other !== line));
    onSignal({ kind: "line-found", line, replaces });
  }

  /** Opens the line and lists its calls, before any message of theirs is worked off. */
  #open(line: LineEntry, until: AbortSignal): Promise<void> {
    const { tapi, app, feed, statuses, ended, opening, onSignal } = this.#context;
    return line.queue.run(async () => {
      opening.add(line);
      try {
        await this.#inSlot(until, () => openLine(tapi, app, line, until, ended));
      } catch (error) {
        feed.forget(line);
        throw error;
      } finally {
        opening.delete(line);
      }
      // Closed again meanwhile, or the session is over.
      if (line.handle === 0 || ended.aborted) return;
      log.debug("Line {line} is open", { line: line.extension });
      // What it can do now is asked below; until the answer comes, what it ever can.
      const can = lineAbilities(NO_FEATURES, line.features);
      // Its provider may have said already that it is out of service.
      const status = line.status === "out_of_service" ? line.status : "open";
      onSignal({ kind: "line-status", line, status, can });
      await feed.listCalls(line);
      statuses.refresh(line, { status: true });
    });
  }

  #tellFailure(deviceId: number, line: LineEntry | undefined, error: unknown): void {
    const reason = describeError(error);
    if (line === undefined) {
      return log.warn("Line device {deviceId} does not tell what it is: {reason}", {
        deviceId,
        reason,
      });
    }
    log.error("Line {line} cannot be opened: {reason}", { line: line.extension, reason });
    line.status = "failed";
    line.error = error instanceof TapiError ? error.codeName : reason;
    this.#tell(line, "failed");
  }

  #tell(line: LineEntry, status: LineStatus): void {
    const error = status === "failed" && line.error !== undefined ? { error: line.error } : {};
    const can = line.handle === 0 ? { can: NO_LINE_ABILITIES } : {};
    this.#context.onSignal({ kind: "line-status", line, status, ...error, ...can });
  }

  /** Runs `task` when few others run. One that hangs gives its place up, but not its wait. */
  async #inSlot<T>(until: AbortSignal, task: () => Promise<T>): Promise<T> {
    while (this.#busySlots >= DEVICES_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waitingForSlot.push(resolve));
    }
    if (until.aborted) {
      this.#waitingForSlot.shift()?.();
      until.throwIfAborted();
    }
    this.#busySlots++;
    let held = true;
    const giveUp = () => {
      if (!held) return;
      held = false;
      this.#busySlots--;
      this.#waitingForSlot.shift()?.();
    };
    const { clock } = this.#context;
    const timer = clock.setTimeout(giveUp, SLOT_MS);
    try {
      return await task();
    } finally {
      clock.clearTimeout(timer);
      giveUp();
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
