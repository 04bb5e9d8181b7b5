/** What a kind of call is: who takes part in it, and the steps that most of them have. */
import type { OutsidePerson } from "./people.ts";
import type { Step } from "./scenario.ts";

/** Who takes part: extensions that nothing else uses meanwhile, and people outside. */
export interface Cast {
  readonly a: string;
  readonly b: string;
  readonly c: string;
  readonly outside: OutsidePerson;
  readonly another: OutsidePerson;
  /** How long people talk, in milliseconds. */
  readonly talkMs: number;
}

export interface Card {
  /** How often it is in the deck. */
  readonly count: number;
  /** How many extensions it takes: a, then b and c. */
  readonly extensions: number;
  readonly steps: (cast: Cast) => readonly Step[];
}

export type Ring = Extract<Step, { do: "ring" }>;

/** Somebody outside calls the extension a. */
export function ring(
  { a, outside }: Pick<Cast, "a" | "outside">,
  special: Partial<Omit<Ring, "do">> = {},
): Ring {
  return {
    do: "ring",
    atMs: 0,
    call: "x",
    to: a,
    from: outside.number,
    name: outside.name,
    hidden: false,
    lateCallerId: false,
    callWaiting: false,
    firstState: "OFFERING",
    origin: "EXTERNAL",
    reason: "DIRECT",
    ...special,
  };
}

/** A call from outside that is answered, and ended by the caller. */
export function answered(cast: Cast, special: Partial<Omit<Ring, "do">> = {}): readonly Step[] {
  const answerMs = 3000;
  return [
    ring(cast, special),
    { do: "answer", atMs: answerMs, call: "x" },
    { do: "drop", atMs: answerMs + cast.talkMs, call: "x", by: "outside" },
  ];
}

/** An answered call, and what happens from 5 s on. */
export function answeredThen(
  cast: Cast,
  steps: (atMs: number) => readonly Step[],
): readonly Step[] {
  return [
    ring(cast),
    { do: "answer", atMs: 2500, call: "x" },
    ...steps(5000),
  ];
}
