/** Calls that a tester asks for: one as he describes it, or one of the scenarios that have names. */
import { type Card, type Cast, type Ring, ring as ringStep } from "./card.ts";
import { HIDDEN, MISSED, ORDINARY, PARK, TRANSFER } from "./cards.ts";
import type { Extension } from "./model.ts";
import type { Step } from "./scenario.ts";
import { ring, Script } from "./script.ts";
import type { Switchboard } from "./switchboard.ts";

/** Calls that may be played by name. */
export interface NamedScenario {
  readonly name: string;
  /** What happens, in a sentence. */
  readonly description: string;
  readonly durationMs: number;
}

/** A call from outside; times are from the first ring. */
export interface WantedCall {
  readonly to: string;
  readonly from?: string | undefined;
  readonly name?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly lateCallerId?: boolean | undefined;
  readonly answerAfterMs?: number | undefined;
  readonly hangUpAfterMs?: number | undefined;
}

/** The call that rings; `callId` as hex. */
export type Played =
  | { readonly ok: true; readonly call: { readonly line: string; readonly callId: string } }
  | {
    readonly ok: false;
    readonly error: {
      readonly code: "unknown_line" | "no_call" | "not_supported";
      readonly message: string;
    };
  };

const SCENARIOS: Readonly<Record<string, { card: Card; description: string }>> = {
  incoming: { card: ORDINARY, description: "Ada Example calls, is answered and hangs up" },
  hidden: { card: HIDDEN, description: "somebody calls who withholds the number" },
  missed: { card: MISSED, description: "Ada Example calls and gives up: nobody answers" },
  transfer: {
    card: TRANSFER,
    description: "the call is answered, a colleague is asked, and gets it",
  },
  park: { card: PARK, description: "the call is answered, parked, and taken by a colleague" },
};

const ADA = { number: "+441632960001", name: "Ada Example" };
const TALK_MS = 5000;
const PATIENT_CALLER_MS = 60_000;

export class Simulation {
  readonly #switchboard: Switchboard;

  constructor(switchboard: Switchboard) {
    this.#switchboard = switchboard;
  }

  get scenarios(): NamedScenario[] {
    const cast = castOf([]);
    return Object.entries(SCENARIOS).map(([name, { card, description }]) => ({
      name,
      description,
      durationMs: Math.max(...card.steps(cast).map(({ atMs }) => atMs)),
    }));
  }

  /** Somebody calls, also one who is busy. */
  ring(wanted: WantedCall): Played {
    const { to, from = ADA.number, name = "", answerAfterMs } = wanted;
    const { hidden = false, lateCallerId = false, hangUpAfterMs = PATIENT_CALLER_MS } = wanted;
    const outside = { number: from, name };
    const first = ringStep({ a: to, outside }, { hidden, lateCallerId, callWaiting: true });
    const { call } = first;
    const later: Step[] = [{ do: "drop", atMs: hangUpAfterMs, call, by: "outside" }];
    if (answerAfterMs !== undefined) later.unshift({ do: "answer", atMs: answerAfterMs, call });
    return this.#begin(first, later, false);
  }

  /** Plays a scenario at the extension, or at one that is free; its people yield to clients. */
  play(name: string, line?: string): Played {
    const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
    if (scenario === undefined) return refused("not_supported", `There is no scenario ${name}`);
    const { card } = scenario;
    const others = [...this.#switchboard.extensions.values()].filter(isFree)
      .map(({ number }) => number).filter((number) => number !== line);
    const numbers = line === undefined ? others : [line, ...others];
    if (numbers.length < card.extensions) {
      return refused("not_supported", `${name} takes ${card.extensions} free extensions`);
    }
    const [first, ...later] = card.steps(castOf(numbers));
    if (first?.do !== "ring") throw new TypeError(`the scenario ${name} begins with no ring`);
    return this.#begin(first, later, true);
  }

  #begin(first: Ring, later: readonly Step[], yieldsToClients: boolean): Played {
    const board = this.#switchboard;
    if (!board.extensions.has(first.to)) {
      return refused("unknown_line", `There is no extension ${first.to}`);
    }
    const call = ring(board, first);
    const leg = call.ends.find((end) => end.kind === "leg");
    if (leg === undefined) return refused("no_call", `${first.to} takes no calls now`);
    const calls = new Map([[first.call, call]]);
    new Script(board, { name: "simulation", steps: later }, yieldsToClients, calls).start();
    const callId = `0x${leg.callId.toString(16).toUpperCase()}`;
    return { ok: true, call: { line: leg.extension.number, callId } };
  }
}

function castOf([a = "", b = "", c = ""]: readonly string[]): Cast {
  return { a, b, c, outside: ADA, another: ADA, talkMs: TALK_MS };
}

function isFree({ legs }: Extension): boolean {
  return legs.size === 0;
}

function refused(code: "unknown_line" | "no_call" | "not_supported", message: string): Played {
  return { ok: false, error: { code, message } };
}
