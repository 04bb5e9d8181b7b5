/**
 * The measured side of the drain benchmark, in a process of its own: bursts of the native stand-in
 * through the program (`ours`), or through the TAPI functions alone (`bare`). The first argument is
 * the stand-in's path.
 */
import type { CallState } from "../../src/model/call.ts";
import type { BusEvent } from "../../src/model/event.ts";
import { Tracker } from "../../src/state/tracker.ts";
import { systemClock } from "../../src/clock.ts";
import { configureLogging } from "../../src/log.ts";
import { BLOCKING_THREADS } from "../../src/program.ts";
import { Supervisor } from "../../src/session/supervisor.ts";
import { openTapi32 } from "../../src/rights.ts";
import { strictBus } from "../support/events.ts";
import { openControl } from "../native/standin.ts";
import { BareApp } from "./drain_bare.ts";
import { NO_PLACEHOLDERS } from "../support/lines.ts";
import { answer, collectGarbage } from "./subject.mjs";

/** What each call of a burst goes through. */
const LIFE: readonly CallState[] = ["OFFERING", "ACCEPTED", "CONNECTED", "DISCONNECTED", "IDLE"];
/** How many calls of a burst are alive at a time. */
const CALLS_AT_ONCE = 64;
const BURST_TIMEOUT_MS = 30_000;

interface Burst {
  readonly lines: number;
  readonly calls: number;
}

// As in life, but for the lines that would run into the benchmark's table.
await configureLogging({ level: "warning", format: "text", file: undefined, maskNumbers: true });
const [path = ""] = Deno.args;
const library = openTapi32(path);
const standin = openControl(path);

/** Follows the calls of a burst on the bus, and knows when all of them ended as they had to. */
class Follower {
  readonly #calls: number;
  /** How many states of its life each call has been through, by its caller's number. */
  readonly #lived: Uint8Array;
  readonly #finished = Promise.withResolvers<void>();
  #ended = 0;

  constructor(calls: number) {
    this.#calls = calls;
    this.#lived = new Uint8Array(calls + 1);
  }

  /**
   * Settles with the last call's IDLE, or with the first event that is not the next of its call.
   */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  get unfinishedCalls(): number {
    return this.#calls - this.#ended;
  }

  hear(event: BusEvent): void {
    // The commands of a call are reported after a burst.
    if (event.type !== "call" || event.change === "info") return;
    const { state, caller } = event.call;
    const call = Number(caller.number);
    const lived = this.#lived[call] ?? LIFE.length;
    if (state !== LIFE[lived]) {
      this.#finished.reject(
        new Error(`call ${caller.number} is ${state}, but ${LIFE[lived]} comes next`),
      );
    }
    this.#lived[call] = lived + 1;
    if (state !== "IDLE") return;
    this.#ended++;
    if (this.#ended === this.#calls) this.#finished.resolve();
  }
}

/** @returns Messages per second from the burst's begin to the last event on the bus. */
async function ours({ lines, calls }: Burst): Promise<number> {
  standin.reset({ voiceLines: lines });
  const bus = strictBus();
  const tracker = new Tracker(bus, systemClock);
  const supervisor = new Supervisor({
    library,
    blockingThreads: BLOCKING_THREADS,
    clock: systemClock,
    wanted: () => true,
    isGroup: () => false,
    vendorFeatures: true,
    placeholders: NO_PLACEHOLDERS,
    replyTimeoutMs: BURST_TIMEOUT_MS,
    onSignal: (signal) => tracker.receive(signal),
  });
  await supervisor.start();
  const follower = new Follower(calls);
  bus.subscribe((event) => follower.hear(event));
  collectGarbage();
  const startMs = performance.now();
  const messages = standin.burst(calls, CALLS_AT_ONCE);
  await withinTime(follower.finished, () => `${follower.unfinishedCalls} calls have not ended`);
  const tookMs = performance.now() - startMs;
  await supervisor.stop();
  const { liveCalls, abandonedCalls, violations } = standin;
  if (liveCalls + abandonedCalls + tracker.size > 0) throw new Error("calls are left over");
  if (violations.count > 0) throw new Error(`a rule of TAPI is broken: ${violations.last}`);
  return messages / tookMs * 1000;
}

/** @returns Messages per second from the burst's begin to the last function's return. */
async function bare({ lines, calls }: Burst): Promise<number> {
  standin.reset({ voiceLines: lines });
  const app = await BareApp.start(library, lines);
  collectGarbage();
  const startMs = performance.now();
  const messages = standin.burst(calls, CALLS_AT_ONCE);
  await withinTime(app.drain(calls * LIFE.length), () => `${app.statesLeft} states are left`);
  const tookMs = performance.now() - startMs;
  return messages / tookMs * 1000;
}

async function withinTime(finished: Promise<void>, describe: () => string): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${describe()} after ${BURST_TIMEOUT_MS} ms`)),
    BURST_TIMEOUT_MS,
  );
  try {
    await Promise.race([finished, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

answer({ ours, bare }, {});
