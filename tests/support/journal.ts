/** Journals for tests, and calls that end on their bus. */
import type { Call } from "../../src/model/call.ts";
import type { CallEvent } from "../../src/model/event.ts";
import { entryOf, type NewEntry } from "../../src/journal/entry.ts";
import { Journal, type JournalOptions } from "../../src/journal/journal.ts";
import { ManualClock } from "./clock.ts";
import { callEvent, shown, strictBus } from "./events.ts";

export class JournalRig implements Disposable {
  readonly clock: ManualClock;
  readonly bus = strictBus();
  readonly journal: Journal;

  constructor(options: Partial<Omit<JournalOptions, "bus">> = {}) {
    this.clock = options.clock as ManualClock ?? new ManualClock();
    this.journal = new Journal({
      file: ":memory:",
      days: 90,
      ...options,
      bus: this.bus,
      clock: this.clock,
    });
  }

  /** A call ends now. */
  end(call: Partial<Call> = {}, event: Partial<CallEvent> = {}): void {
    const atMs = this.clock.nowMs();
    this.bus.publish(callEvent({
      state: "IDLE",
      startedAtMs: atMs - 10_000,
      endedAtMs: atMs,
      ...call,
    }, { change: "ended", atMs, ...event }));
  }

  [Symbol.dispose](): void {
    this.journal.stop();
  }
}

/** Calls as a phone system has them: many lines, few callers who call often, one in ten missed. */
export function* manyEntries(count: number, lines: number, fromMs: number): Iterable<NewEntry> {
  for (let index = 0; index < count; index++) {
    const startedAtMs = fromMs + index * 1000;
    const isMissed = index % 10 === 0;
    const line = String(1000 + (index * 7919) % lines);
    const caller = `+44163296${String((index * 104_729) % 10_007).padStart(4, "0")}`;
    yield entryOf(callEvent({
      id: index,
      callId: `0x${(index + 1).toString(16).toUpperCase()}`,
      line,
      state: "IDLE",
      direction: index % 3 === 0 ? "out" : "in",
      caller: shown(caller),
      called: shown(line),
      startedAtMs,
      ...!isMissed && { connectedAtMs: startedAtMs + 5000 },
      endedAtMs: startedAtMs + 60_000,
    }, { change: "ended" }));
  }
}
