/**
 * Numbers: CPU per call event from the session's signal to its text for v2 clients, with the rules of a
 * site, and without. Callers are the same few hundred, or always others, which are never remembered.
 * Rounds of all three alternate.
 */
import { EventBus } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import { NOBODY } from "../../src/model/call.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import type { Numbers } from "../../src/numbers/numbers.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import type { CallStateSignal } from "../../src/session/signals.ts";
import { Tracker } from "../../src/state/tracker.ts";
import { shown } from "../support/events.ts";
import { settingsWith } from "../support/settings.ts";
import { median, medianRatio, type Row } from "./report.ts";

const ROUNDS = 7;
const CALLS_PER_ROUND = 5000;
const STATES = ["OFFERING", "CONNECTED", "DISCONNECTED", "IDLE"] as const;
const USUAL_CALLERS = 500;
const MOST_WITH_USUAL = 1.5;
const MOST_WITH_NEW = 4;

const LINE = {
  line: "201",
  name: "Line 201",
  permanentId: "provider:1",
  provider: "provider",
  kind: "extension",
} as const;

/** The microseconds per event. @param callerOf The number of a call's caller. */
function measure(numbers: Numbers | undefined, callerOf: (call: number) => number): number {
  const bus = new EventBus((error) => {
    throw error;
  });
  const encoder = new V2Encoder();
  let bytes = 0;
  bus.subscribe((event) => {
    bytes += encoder.encode(event).length;
  });
  const tracker = new Tracker(bus, systemClock, numbers);
  const startMs = performance.now();
  for (let call = 1; call <= CALLS_PER_ROUND; call++) {
    const caller = shown(`0030${20_000_000 + callerOf(call)}`);
    for (const state of STATES) tracker.receive(signal(call, state, caller));
  }
  const tookMs = performance.now() - startMs;
  if (bytes === 0) throw new Error("No event was encoded");
  return tookMs * 1000 / (CALLS_PER_ROUND * STATES.length);
}

function signal(
  call: number,
  state: CallStateSignal["state"],
  caller: ReturnType<typeof shown>,
): CallStateSignal {
  return {
    kind: "call-state",
    line: LINE,
    call,
    state,
    mode: undefined,
    answered: state === "CONNECTED" ? "here" : undefined,
    disconnects: [],
    info: {
      callId: `0x${call.toString(16).toUpperCase()}`,
      relatedCallId: "0x0",
      origin: "EXTERNAL",
      reason: "DIRECT",
      direction: "in",
      caller,
      called: shown("201"),
      connected: NOBODY,
      redirecting: NOBODY,
      redirection: NOBODY,
    },
    can: [],
  };
}

export async function numbers(): Promise<Row[]> {
  const rules = settingsWith(
    '[numbers]\ncountry = "DE"\nareaCode = "30"\noutsidePrefix = "0"\nextensionLengths = [3]',
  ).numbers;
  const site = await loadNumbers(rules);
  const [plain, usual, fresh]: [number[], number[], number[]] = [[], [], []];
  let others = 0;
  // Round 0 is for the compilers.
  for (let round = 0; round <= ROUNDS; round++) {
    const took = [
      measure(undefined, (call) => call % USUAL_CALLERS),
      measure(site, (call) => call % USUAL_CALLERS),
      measure(site, () => ++others),
    ];
    if (round > 0) [plain, usual, fresh].forEach((all, i) => all.push(took[i] ?? 0));
  }
  const row = (what: string, measured: number[], most: number): Row => {
    const ratio = medianRatio(measured, plain);
    return {
      what: `CPU per event with the site's numbers, ${what}`,
      measured: `${median(measured).toFixed(1)} µs`,
      baseline: `${median(plain).toFixed(1)} µs`,
      ratio: ratio.toFixed(2),
      target: `<= ${most}`,
      holds: ratio <= most,
    };
  };
  return [
    row("callers that called before", usual, MOST_WITH_USUAL),
    row("always new callers", fresh, MOST_WITH_NEW),
  ];
}
