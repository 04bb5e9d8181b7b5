/**
 * The kinds of call that random traffic is made of: the ordinary ones often, and each of the rare
 * ones, so that a page meets every state, origin and reason within one round of the deck.
 */
import { answered, answeredThen, type Card, type Cast, ring } from "./card.ts";
import { SPECIAL_NUMBERS } from "./dial_plan.ts";
import type { Step } from "./scenario.ts";

/** One extension calls another, and both legs are seen. */
function internal({ a, b, talkMs }: Cast): readonly Step[] {
  return [
    { do: "call", atMs: 0, call: "x", from: a, to: b },
    { do: "answer", atMs: 4000, call: "x", by: b },
    { do: "drop", atMs: 4000 + talkMs, call: "x", by: a },
  ];
}

export const ORDINARY: Card = { count: 5, extensions: 1, steps: (cast) => answered(cast) };

/** The caller gives up before anybody answers. */
export const MISSED: Card = {
  count: 3,
  extensions: 1,
  steps: (cast) => [
    ring(cast),
    { do: "drop", atMs: 8000, call: "x", by: "outside" },
  ],
};

/** The caller's number is withheld. */
export const HIDDEN: Card = {
  count: 2,
  extensions: 1,
  steps: (cast) => answered(cast, { hidden: true }),
};

/** Answered, and transferred after asking. */
export const TRANSFER: Card = {
  count: 1,
  extensions: 2,
  steps: (cast) =>
    answeredThen(cast, (atMs) => [
      { do: "consult", atMs, call: "x", as: "y", to: cast.b },
      { do: "answer", atMs: atMs + 4000, call: "y", by: cast.b },
      { do: "complete", atMs: atMs + 6500, call: "x", consult: "y", mode: "transfer" },
      { do: "drop", atMs: atMs + 6500 + cast.talkMs, call: "x" },
    ]),
};

/** Answered, parked at a slot, and taken elsewhere. */
export const PARK: Card = {
  count: 1,
  extensions: 2,
  steps: (cast) =>
    answeredThen(cast, (atMs) => [
      { do: "park", atMs, call: "x" },
      { do: "unpark", atMs: atMs + 3500, call: "x", by: cast.b },
      { do: "drop", atMs: atMs + 3500 + cast.talkMs, call: "x" },
    ]),
};

export const CARDS: readonly Card[] = [
  ORDINARY,
  MISSED,
  { // missed: the caller leaves a message, which is listened to
    count: 1,
    extensions: 1,
    steps: (cast) => [
      ...MISSED.steps(cast),
      { do: "lamp", atMs: 9000, line: cast.a, on: true },
      { do: "lamp", atMs: 20_000, line: cast.a, on: false },
    ],
  },
  { // rejected
    count: 1,
    extensions: 1,
    steps: (cast) => [ring(cast), { do: "drop", atMs: 2500, call: "x" }],
  },
  { count: 3, extensions: 2, steps: internal },
  { // to somebody outside, who answers by himself
    count: 3,
    extensions: 1,
    steps: ({ a, outside, talkMs }) => [
      { do: "call", atMs: 0, call: "x", from: a, to: outside.number },
      { do: "drop", atMs: 4000 + talkMs, call: "x", by: a },
    ],
  },
  HIDDEN,
  { count: 2, extensions: 1, steps: (cast) => answered(cast, { lateCallerId: true }) },
  { // busy
    count: 2,
    extensions: 1,
    steps: ({ a }) => [
      { do: "call", atMs: 0, call: "x", from: a, to: SPECIAL_NUMBERS.busy },
    ],
  },
  { // unobtainable
    count: 1,
    extensions: 1,
    steps: ({ a }) => [{
      do: "call",
      atMs: 0,
      call: "x",
      from: a,
      to: SPECIAL_NUMBERS.unobtainable,
    }],
  },
  { // hold and retrieve
    count: 2,
    extensions: 1,
    steps: (cast) =>
      answeredThen(cast, (atMs) => [
        { do: "hold", atMs, call: "x" },
        { do: "unhold", atMs: atMs + 4000, call: "x" },
        { do: "drop", atMs: atMs + 4000 + cast.talkMs, call: "x" },
      ]),
  },
  TRANSFER,
  { // blind transfer
    count: 1,
    extensions: 2,
    steps: (cast) =>
      answeredThen(cast, (atMs) => [
        { do: "transfer", atMs, call: "x", to: cast.b },
        { do: "answer", atMs: atMs + 3000, call: "x" },
        { do: "drop", atMs: atMs + 3000 + cast.talkMs, call: "x", by: "outside" },
      ]),
  },
  PARK,
  { // park at an extension
    count: 1,
    extensions: 2,
    steps: (cast) =>
      answeredThen(cast, (atMs) => [
        { do: "park", atMs, call: "x", slot: cast.b },
        { do: "unpark", atMs: atMs + 3500, call: "x", by: cast.b },
        { do: "drop", atMs: atMs + 3500 + cast.talkMs, call: "x" },
      ]),
  },
  { // conference of three, then of four
    count: 1,
    extensions: 3,
    steps: (cast) =>
      answeredThen(cast, (atMs) => [
        { do: "consult", atMs, call: "x", as: "y", to: cast.b },
        { do: "answer", atMs: atMs + 3500, call: "y", by: cast.b },
        {
          do: "complete",
          atMs: atMs + 5000,
          call: "x",
          consult: "y",
          mode: "conference",
          as: "all",
        },
        { do: "consult", atMs: atMs + 7000, call: "all", as: "z", to: cast.c },
        { do: "answer", atMs: atMs + 10_500, call: "z", by: cast.c },
        { do: "complete", atMs: atMs + 12_000, call: "all", consult: "z", mode: "conference" },
        { do: "drop", atMs: atMs + 12_000 + cast.talkMs, call: "all" },
      ]),
  },
  { // alerts before it is answered
    count: 1,
    extensions: 1,
    steps: (cast) => [
      ...answered(cast),
      { do: "accept", atMs: 1000, call: "x" },
    ],
  },
  { // a colleague takes the ringing call
    count: 1,
    extensions: 2,
    steps: (cast) => [
      ring(cast),
      { do: "pickup", atMs: 4000, call: "x", by: cast.b },
      { do: "drop", atMs: 4000 + cast.talkMs, call: "x" },
    ],
  },
  { // redirected while it rings
    count: 1,
    extensions: 2,
    steps: (cast) => [
      ring(cast),
      { do: "redirect", atMs: 2500, call: "x", to: cast.b },
      { do: "answer", atMs: 5500, call: "x" },
      { do: "drop", atMs: 5500 + cast.talkMs, call: "x" },
    ],
  },
  { // a second call while one is on
    count: 1,
    extensions: 1,
    steps: (cast) => [
      ...answeredThen(cast, (atMs) => [
        ring({ a: cast.a, outside: cast.another }, {
          atMs,
          call: "y",
          callWaiting: true,
          reason: "CAMPEDON",
        }),
        { do: "answer", atMs: atMs + 3000, call: "y" },
        { do: "drop", atMs: atMs + 6000, call: "y", by: "outside" },
        { do: "unhold", atMs: atMs + 7500, call: "x" },
        { do: "drop", atMs: atMs + 7500 + cast.talkMs, call: "x" },
      ]),
    ],
  },
  ...(["FWDBUSY", "FWDNOANSWER", "FWDUNCOND"] as const).map((reason): Card => ({
    count: 1,
    extensions: 2,
    steps: (cast) => answered(cast, { reason, forwardedFrom: cast.b }),
  })),
  ...(["REMINDER", "CALLCOMPLETION", "ROUTEREQUEST"] as const).map((reason): Card => ({
    count: 1,
    extensions: 1,
    steps: (cast) => answered(cast, { reason }),
  })),
  { // somebody breaks into the line
    count: 1,
    extensions: 2,
    steps: (cast) => [
      ring({ a: cast.a, outside: { number: cast.b, name: "" } }, {
        firstState: "CONNECTED",
        reason: "INTRUDE",
        origin: "INTERNAL",
      }),
      { do: "drop", atMs: 4000, call: "x", by: "outside" },
    ],
  },
  { // no OFFERING
    count: 1,
    extensions: 1,
    steps: (cast) => [
      ring(cast, { firstState: "CONNECTED" }),
      { do: "drop", atMs: cast.talkMs, call: "x", by: "outside" },
    ],
  },
  // What vague drivers say.
  { count: 1, extensions: 1, steps: (cast) => answered(cast, { firstState: "UNKNOWN" }) },
  { count: 1, extensions: 1, steps: (cast) => answered(cast, { origin: "INBOUND" }) },
  {
    count: 1,
    extensions: 1,
    steps: (cast) => answered(cast, { origin: "UNKNOWN", reason: "UNKNOWN" }),
  },
  {
    count: 1,
    extensions: 1,
    steps: (cast) => answered(cast, { origin: "UNAVAIL", reason: "UNAVAIL" }),
  },
];
