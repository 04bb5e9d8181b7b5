/** The scenarios that a tester can play by name: the usual calls, and what drivers do now and then. */
import type { Telephone } from "../exchange/exchange.ts";
import { answered, type Cast, missed, parked, ring, transferred } from "./cards.ts";
import type { Step } from "./scenario.ts";

interface NamedScenario {
  /** A sentence that says what happens. */
  readonly description: string;
  /** How many of the extensions it takes. */
  readonly extensions: number;
  /** A line that the scenario needs besides: added when it is played for the first time. */
  readonly telephone?: Telephone;
  /** The first step is a ring. */
  readonly steps: (cast: Cast) => readonly Step[];
}

const FRONT_DESK: Telephone = { addresses: ["150", "151"], name: "Front desk", isGroup: false };
const SUPPORT: Telephone = {
  addresses: ["110"],
  name: "Support",
  isGroup: true,
  members: ["201", "202", "203", "204"],
};

export const SCENARIOS: Readonly<Record<string, NamedScenario>> = {
  incoming: {
    description: "Ada Example calls, is answered and hangs up",
    extensions: 1,
    steps: answered,
  },
  known: {
    description: "somebody calls whom the directory knows",
    extensions: 1,
    steps: (cast) => answered(cast, { from: "+441632960051", name: "" }),
  },
  several: {
    description: "somebody calls whose number two people in the directory have",
    extensions: 1,
    steps: (cast) => answered(cast, { from: "+441632960081", name: "" }),
  },
  late: {
    description: "somebody calls whose name comes two seconds after the call",
    extensions: 1,
    steps: (cast) => answered(cast, { from: "+441632960091", name: "" }),
  },
  hidden: {
    description: "a caller withholds the number",
    extensions: 1,
    steps: (cast) => answered(cast, { hidden: true }),
  },
  missed: {
    description: "Ada Example calls and gives up: nobody answers",
    extensions: 1,
    steps: missed,
  },
  transfer: {
    description: "the call is answered and, after a consultation, transferred to a colleague",
    extensions: 2,
    steps: transferred,
  },
  park: {
    description: "the call is answered, parked, and taken by a colleague",
    extensions: 2,
    steps: parked,
  },
  anonymous: {
    description: "somebody calls, and the driver reports the word anonymous as the number",
    extensions: 1,
    steps: (cast) => answered(cast, { from: "anonymous", name: "" }),
  },
  "new-id": {
    description: "the call is answered, and its id changes while people talk",
    extensions: 1,
    steps: (cast) => [...answered(cast), { do: "changeId", atMs: 4500, call: "x" }],
  },
  shared: {
    description:
      "a colleague answers on another phone with the same line: here the call is inactive",
    extensions: 1,
    steps: (cast) => [
      ring(cast),
      { do: "answerElsewhere", atMs: 3000, call: "x" },
      { do: "drop", atMs: 3000 + cast.talkMs, call: "x", by: "outside" },
    ],
  },
  "two-addresses": {
    description: "the call is answered and transferred to 151, the second address of a phone",
    extensions: 1,
    telephone: FRONT_DESK,
    steps: (cast) => [
      ring(cast),
      { do: "answer", atMs: 2500, call: "x" },
      { do: "transfer", atMs: 5000, call: "x", to: "151" },
      { do: "answer", atMs: 8000, call: "x", by: "151" },
      { do: "drop", atMs: 8000 + cast.talkMs, call: "x", by: "outside" },
    ],
  },
  group: {
    description: "group 110 is called: its own line shows the call until the member answers",
    extensions: 1,
    telephone: SUPPORT,
    steps: (cast) => answered(cast, { group: "110" }),
  },
};
