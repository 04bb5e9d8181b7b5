/**
 * The kinds of call that random traffic is made of: the ordinary ones often, and each of the rare
 * ones, so that a page meets every state, origin and reason within one round of the deck.
 */
import { SPECIAL_NUMBERS } from "../exchange/dial_plan.ts";
import type { OutsidePerson } from "./people.ts";
import type { RingStep, Step } from "./scenario.ts";

/** The participants: extensions that nothing else uses meanwhile, and people outside. */
export interface Cast {
  readonly a: string;
  readonly b: string;
  readonly c: string;
  readonly outside: OutsidePerson;
  readonly another: OutsidePerson;
  /** How long people talk, in milliseconds. */
  readonly talkMs: number;
}

type Steps = (cast: Cast) => readonly Step[];

export interface Card {
  /** How often it is in the deck. */
  readonly count: number;
  /** How many extensions it takes: a, then b and c. */
  readonly extensions: number;
  readonly steps: Steps;
}

/** Somebody outside calls the extension a. */
export function ring(
  { a, outside }: Pick<Cast, "a" | "outside">,
  special: Partial<RingStep> = {},
): RingStep {
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
export function answered(cast: Cast, special: Partial<RingStep> = {}): readonly Step[] {
  const answerMs = 3000;
  return [
    ring(cast, special),
    { do: "answer", atMs: answerMs, call: "x" },
    { do: "drop", atMs: answerMs + cast.talkMs, call: "x", by: "outside" },
  ];
}

/** An answered call, and what happens from 5 s on. */
function answeredThen(cast: Cast, steps: (atMs: number) => readonly Step[]): readonly Step[] {
  return [ring(cast), { do: "answer", atMs: 2500, call: "x" }, ...steps(5000)];
}

/** The caller gives up before anybody answers. */
export function missed(cast: Cast): readonly Step[] {
  return [ring(cast), { do: "drop", atMs: 8000, call: "x", by: "outside" }];
}

/** Answered, and transferred after asking. */
export function transferred(cast: Cast): readonly Step[] {
  return answeredThen(cast, (atMs) => [
    { do: "consult", atMs, call: "x", as: "y", to: cast.b },
    { do: "answer", atMs: atMs + 4000, call: "y", by: cast.b },
    { do: "complete", atMs: atMs + 6500, call: "x", consult: "y", mode: "transfer" },
    { do: "drop", atMs: atMs + 6500 + cast.talkMs, call: "x" },
  ]);
}

/** Answered, parked, and taken elsewhere. @param slot Without it the exchange chooses one. */
export function parked(cast: Cast, slot?: string): readonly Step[] {
  return answeredThen(cast, (atMs) => [
    { do: "park", atMs, call: "x", slot },
    { do: "unpark", atMs: atMs + 3500, call: "x", by: cast.b },
    { do: "drop", atMs: atMs + 3500 + cast.talkMs, call: "x" },
  ]);
}

/** One extension calls another, and both legs are seen. */
function internal({ a, b, talkMs }: Cast): readonly Step[] {
  return [
    { do: "call", atMs: 0, call: "x", from: a, to: b },
    { do: "answer", atMs: 4000, call: "x", by: b },
    { do: "drop", atMs: 4000 + talkMs, call: "x", by: a },
  ];
}

function heldForAWhile(cast: Cast): readonly Step[] {
  return answeredThen(cast, (atMs) => [
    { do: "hold", atMs, call: "x" },
    { do: "unhold", atMs: atMs + 4000, call: "x" },
    { do: "drop", atMs: atMs + 4000 + cast.talkMs, call: "x" },
  ]);
}

function blindTransferred(cast: Cast): readonly Step[] {
  return answeredThen(cast, (atMs) => [
    { do: "transfer", atMs, call: "x", to: cast.b },
    { do: "answer", atMs: atMs + 3000, call: "x" },
    { do: "drop", atMs: atMs + 3000 + cast.talkMs, call: "x", by: "outside" },
  ]);
}

/** A conference of three, then of four. */
function conference(cast: Cast): readonly Step[] {
  return answeredThen(cast, (atMs) => [
    { do: "consult", atMs, call: "x", as: "y", to: cast.b },
    { do: "answer", atMs: atMs + 3500, call: "y", by: cast.b },
    { do: "complete", atMs: atMs + 5000, call: "x", consult: "y", mode: "conference", as: "all" },
    { do: "consult", atMs: atMs + 7000, call: "all", as: "z", to: cast.c },
    { do: "answer", atMs: atMs + 10_500, call: "z", by: cast.c },
    { do: "complete", atMs: atMs + 12_000, call: "all", consult: "z", mode: "conference" },
    { do: "drop", atMs: atMs + 12_000 + cast.talkMs, call: "all" },
  ]);
}

/** A second call while one is on. */
function callWaiting(cast: Cast): readonly Step[] {
  const second = { a: cast.a, outside: cast.another };
  return answeredThen(cast, (atMs) => [
    ring(second, { atMs, call: "y", callWaiting: true, reason: "CAMPEDON" }),
    { do: "answer", atMs: atMs + 3000, call: "y" },
    { do: "drop", atMs: atMs + 6000, call: "y", by: "outside" },
    { do: "unhold", atMs: atMs + 7500, call: "x" },
    { do: "drop", atMs: atMs + 7500 + cast.talkMs, call: "x" },
  ]);
}

/** Somebody breaks into the line. */
function intrusion(cast: Cast): readonly Step[] {
  return [
    ring({ a: cast.a, outside: { number: cast.b, name: "" } }, {
      firstState: "CONNECTED",
      reason: "INTRUDE",
      origin: "INTERNAL",
    }),
    { do: "drop", atMs: 4000, call: "x", by: "outside" },
  ];
}

export const ORDINARY = card(5, 1, answered);

export const CARDS: readonly Card[] = [
  ORDINARY,
  card(3, 1, missed),
  // The caller leaves a message, which is listened to.
  card(1, 1, (cast) => [
    ...missed(cast),
    { do: "voicemail", atMs: 9000, line: cast.a, unread: 1, read: 0, on: true },
    { do: "voicemail", atMs: 20_000, line: cast.a, unread: 0, read: 1, on: true },
  ]),
  // Somebody is not to be disturbed for a while, and goes home.
  card(1, 1, ({ a }) => [
    { do: "absence", atMs: 0, line: a, text: "In a meeting" },
    { do: "dnd", atMs: 0, line: a, on: true },
    { do: "dnd", atMs: 15_000, line: a, on: false },
    { do: "absence", atMs: 15_000, line: a, text: "" },
    { do: "logout", atMs: 20_000, line: a },
    { do: "login", atMs: 30_000, line: a, user: a },
  ]),
  // Rejected.
  card(1, 1, (cast) => [ring(cast), { do: "drop", atMs: 2500, call: "x" }]),
  card(3, 2, internal),
  // To somebody outside, who answers by himself.
  card(3, 1, ({ a, outside, talkMs }) => [
    { do: "call", atMs: 0, call: "x", from: a, to: outside.number },
    { do: "drop", atMs: 4000 + talkMs, call: "x", by: a },
  ]),
  card(2, 1, (cast) => answered(cast, { hidden: true })),
  card(2, 1, (cast) => answered(cast, { lateCallerId: true })),
  card(2, 1, ({ a }) => [
    { do: "call", atMs: 0, call: "x", from: a, to: SPECIAL_NUMBERS.busy },
  ]),
  card(1, 1, ({ a }) => [
    { do: "call", atMs: 0, call: "x", from: a, to: SPECIAL_NUMBERS.unobtainable },
  ]),
  card(2, 1, heldForAWhile),
  card(1, 2, transferred),
  card(1, 2, blindTransferred),
  card(1, 2, (cast) => parked(cast)),
  // At an extension.
  card(1, 2, (cast) => parked(cast, cast.b)),
  card(1, 3, conference),
  // Alerts before it is answered.
  card(1, 1, (cast) => [...answered(cast), { do: "accept", atMs: 1000, call: "x" }]),
  // A colleague takes the ringing call.
  card(1, 2, (cast) => [
    ring(cast),
    { do: "pickup", atMs: 4000, call: "x", by: cast.b },
    { do: "drop", atMs: 4000 + cast.talkMs, call: "x" },
  ]),
  // Redirected while it rings.
  card(1, 2, (cast) => [
    ring(cast),
    { do: "redirect", atMs: 2500, call: "x", to: cast.b },
    { do: "answer", atMs: 5500, call: "x" },
    { do: "drop", atMs: 5500 + cast.talkMs, call: "x" },
  ]),
  card(1, 1, callWaiting),
  ...(["FWDBUSY", "FWDNOANSWER", "FWDUNCOND"] as const).map((reason) =>
    card(1, 2, (cast) => answered(cast, { reason, forwardedFrom: cast.b }))
  ),
  ...(["REMINDER", "CALLCOMPLETION", "ROUTEREQUEST"] as const).map((reason) =>
    card(1, 1, (cast) => answered(cast, { reason }))
  ),
  card(1, 2, intrusion),
  // No OFFERING.
  card(1, 1, (cast) => [
    ring(cast, { firstState: "CONNECTED" }),
    { do: "drop", atMs: cast.talkMs, call: "x", by: "outside" },
  ]),
  // As vague drivers report it.
  card(1, 1, (cast) => answered(cast, { firstState: "UNKNOWN" })),
  card(1, 1, (cast) => answered(cast, { origin: "INBOUND" })),
  card(1, 1, (cast) => answered(cast, { origin: "UNKNOWN", reason: "UNKNOWN" })),
  card(1, 1, (cast) => answered(cast, { origin: "UNAVAIL", reason: "UNAVAIL" })),
];

function card(count: number, extensions: number, steps: Steps): Card {
  return { count, extensions, steps };
}
