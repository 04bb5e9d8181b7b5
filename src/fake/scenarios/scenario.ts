/** Scenarios: the text that says what happens at the fake exchange, and when. Checked with zod. */
import { parse as parseToml } from "smol-toml";
import { z } from "zod";
import { LINECALLORIGIN, LINECALLREASON } from "../../tapi/constants.ts";
import { FAKE_DRIVERS } from "../../model/simulation.ts";
import type { Telephone } from "../exchange/exchange.ts";

/** A scenario cannot be used. The message names key, value and what was expected. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
}

/** The `by` of a step that is done by whoever is outside. */
export const OUTSIDE = "outside";

const error = "expected a number to dial, of digits, +, * and #";
const number = z
  .union([z.string().regex(/^[0-9*#+]+$/, { error }), z.int().nonnegative({ error })], { error })
  .transform(String);
/** The number of somebody outside, as a driver passes it on: digits, or any other text. */
const outsideNumber = z.union([z.string().min(1), z.int().nonnegative()]).transform(String);
const label = z.string().min(1);
const reason = z.enum(keysOf(LINECALLREASON));
const origin = z.enum(keysOf(LINECALLORIGIN));

/** When, in milliseconds from the start. */
const at = { atMs: z.number().nonnegative() };
/** A step on a call that there is; `by` an extension, or whoever of the call can do it first. */
const existing = { ...at, call: label, by: number.optional() };

/** A step that changes a telephone. */
const setting = { ...at, line: number };
/** One byte, as phone systems count them. */
const messages = z.int().min(0).max(255);
const GROUP_MODES = ["in", "out"] as const;

const step = z.discriminatedUnion("do", [
  /** Somebody outside calls an extension. */
  z.strictObject({
    ...at,
    do: z.literal("ring"),
    call: label,
    to: number,
    from: outsideNumber.default("+441632960001"),
    name: z.string().default(""),
    /** The number is withheld. */
    hidden: z.boolean().default(false),
    /** The number comes a second after the first ring. */
    lateCallerId: z.boolean().default(false),
    /** Rings although the extension is busy. */
    callWaiting: z.boolean().default(false),
    /** The state the call starts in; UNKNOWN turns into OFFERING after half a second. */
    firstState: z.enum(["OFFERING", "ACCEPTED", "CONNECTED", "UNKNOWN"]).default("OFFERING"),
    origin: origin.default("EXTERNAL"),
    reason: reason.default("DIRECT"),
    /** The extension that passes the call on, for reasons such as FWDBUSY. */
    forwardedFrom: number.optional(),
    /** The group that is called: its own line shows the call while it rings at `to`. */
    group: number.optional(),
  }),
  /** An extension calls another one, or somebody outside, who answers by himself. */
  z.strictObject({ ...at, do: z.literal("call"), call: label, from: number, to: number }),
  z.strictObject({ ...existing, do: z.literal("accept") }),
  z.strictObject({ ...existing, do: z.literal("answer") }),
  /** Somebody answers at another telephone that shares the line: CONNECTED, INACTIVE. */
  z.strictObject({ ...existing, do: z.literal("answerElsewhere") }),
  /** The call goes by another dwCallID: by `id`, or one that the exchange chooses. */
  z.strictObject({ ...existing, do: z.literal("changeId"), id: z.uint32().optional() }),
  z.strictObject({ ...existing, do: z.literal("hold") }),
  z.strictObject({ ...existing, do: z.literal("unhold") }),
  /** `by` may be "outside". */
  z.strictObject({
    ...existing,
    do: z.literal("drop"),
    by: z.union([z.literal(OUTSIDE), number]).optional(),
  }),
  /** Blind: the far end rings at `to` at once. */
  z.strictObject({ ...existing, do: z.literal("transfer"), to: number }),
  /** Holds the call, or the conference, and calls somebody else: a second call with a label. */
  z.strictObject({ ...existing, do: z.literal("consult"), as: label, to: number }),
  /** Ends a consultation. A transferred call goes on under its label, a conference is `as`. */
  z.strictObject({
    ...existing,
    do: z.literal("complete"),
    consult: label,
    mode: z.enum(["transfer", "conference"]),
    as: label.optional(),
  }),
  /** Parks the call at a slot, at an extension, or without `slot` where the exchange likes. */
  z.strictObject({ ...existing, do: z.literal("park"), slot: number.optional() }),
  /** An extension takes the parked call. */
  z.strictObject({ ...at, do: z.literal("unpark"), call: label, by: number }),
  /** An extension answers a call that rings at another one. */
  z.strictObject({ ...at, do: z.literal("pickup"), call: label, by: number }),
  /** A ringing call goes elsewhere. */
  z.strictObject({ ...existing, do: z.literal("redirect"), to: number }),
  /** Calls for an extension go to `to`; without it they do not any more. */
  z.strictObject({
    ...setting,
    do: z.literal("forward"),
    when: z.enum(["always", "busy", "no_answer"]),
    to: number.optional(),
  }),
  /** The message lamp of an extension goes on, or off. */
  z.strictObject({ ...setting, do: z.literal("lamp"), on: z.boolean().default(true) }),
  /** Somebody turns do not disturb on, or off. */
  z.strictObject({ ...setting, do: z.literal("dnd"), on: z.boolean().default(true) }),
  /** The messages in the mailbox of an extension, and whether it takes calls. */
  z.strictObject({
    ...setting,
    do: z.literal("voicemail"),
    unread: messages,
    read: messages.default(0),
    on: z.boolean().default(true),
  }),
  /** Somebody joins a hunt group, or leaves it for a while. */
  z.strictObject({ ...setting, do: z.literal("group"), group: number, mode: z.enum(GROUP_MODES) }),
  /** The user of another extension logs in at the telephone. */
  z.strictObject({ ...setting, do: z.literal("login"), user: number }),
  /** Nobody is logged in at the telephone any more. */
  z.strictObject({ ...setting, do: z.literal("logout") }),
  /** A text that callers see; without one, none. */
  z.strictObject({ ...setting, do: z.literal("absence"), text: z.string().max(100).default("") }),
]);

/** One thing that happens. */
export type Step = z.output<typeof step>;

/** Somebody outside calls an extension. */
export type RingStep = Extract<Step, { do: "ring" }>;

/** A list of things that happen at the exchange, each at its time. */
export interface Scenario {
  /** Its name in errors: the file's name. */
  readonly name: string;
  /** Telephones, and lines of groups, that there are besides the extensions. */
  readonly telephones?: readonly Telephone[];
  /** By time. */
  readonly steps: readonly Step[];
  /** Everything happens again after this time. */
  readonly repeatEveryMs?: number;
}

const telephone = z.strictObject({
  addresses: z.array(number).nonempty(),
  name: z.string().default(""),
  group: z.boolean().default(false),
  members: z.array(number).optional(),
  driver: z.enum(FAKE_DRIVERS).optional(),
}).transform(({ group: isGroup, ...rest }) => ({ ...rest, isGroup }));

const file = z.strictObject({
  telephone: z.array(telephone).default([]),
  step: z.array(step).nonempty(),
  repeatEveryMs: z.number().positive().optional(),
}).superRefine(checkLabels).superRefine(({ step, repeatEveryMs }, context) => {
  const lastMs = Math.max(...step.map(({ atMs }) => atMs));
  if (repeatEveryMs === undefined || repeatEveryMs > lastMs) return;
  const message = `expected more than ${lastMs}, when the last step is`;
  context.addIssue({ code: "custom", path: ["repeatEveryMs"], message });
});

/**
 * Reads a scenario from TOML, or from JSON with the same keys.
 *
 * @example
 * ```ts
 * const scenario = parseScenario(`
 *   repeatEveryMs = 15000
 *
 *   [[step]]
 *   atMs = 0
 *   do = "ring"
 *   call = "a"
 *   to = "201"
 *   from = "+441632960001"
 *   name = "Ada Example"
 *
 *   [[step]]
 *   atMs = 3000
 *   do = "answer"
 *   call = "a"
 *
 *   [[step]]
 *   atMs = 9000
 *   do = "drop"
 *   call = "a"
 *   by = "outside"
 * `, "demo.toml");
 * ```
 * @param nameForErrors What the text is called: its file name.
 * @throws ScenarioError
 */
export function parseScenario(text: string, nameForErrors: string): Scenario {
  const data = parseText(text, nameForErrors);
  const result = file.safeParse(data);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => describe(issue, data));
    throw new ScenarioError(`Cannot use the scenario ${nameForErrors}: ${problems.join("; ")}`);
  }
  const { telephone: telephones, step, repeatEveryMs } = result.data;
  return {
    name: nameForErrors,
    telephones,
    steps: byTime(step),
    ...repeatEveryMs !== undefined && { repeatEveryMs },
  };
}

function parseText(text: string, nameForErrors: string): unknown {
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parseToml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScenarioError(`Cannot read the scenario ${nameForErrors}: ${reason}`, {
      cause: error,
    });
  }
}

function byTime<T extends { atMs: number }>(steps: readonly T[]): T[] {
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

/** A step may only be about calls that an earlier step has made. */
function checkLabels({ step: steps }: { step: Step[] }, context: z.RefinementCtx): void {
  const made = new Set<string>();
  const demand = (step: Step, key: string, label: string) => {
    if (made.has(label)) return;
    context.addIssue({
      code: "custom",
      path: ["step", steps.indexOf(step), key],
      message: "expected the label of a call that an earlier step makes",
    });
  };
  for (const step of byTime(steps)) {
    if (!("call" in step)) continue;
    if (step.do === "ring" || step.do === "call") made.add(step.call);
    else demand(step, "call", step.call);
    if (step.do === "complete") demand(step, "consult", step.consult);
    if ((step.do === "consult" || step.do === "complete") && step.as !== undefined) {
      made.add(step.as);
    }
  }
}

/** One problem: where, what stands there, what should. */
function describe(issue: z.core.$ZodIssue, data: unknown): string {
  const path = issue.path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`);
  const place = path.join("").replace(/^\./, "") || "the file";
  if (issue.code === "unrecognized_keys") {
    return `${place}: unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  }
  const value = issue.path.reduce<unknown>((at, key) => Reflect.get(Object(at), key), data);
  const expected = issue.code === "invalid_union" && issue.path.at(-1) === "do"
    ? `expected one of ${step.options.map((each) => [...each.shape.do.values].join()).join(", ")}`
    : issue.message;
  return `${place} ${
    value === undefined ? "is missing" : `= ${JSON.stringify(value)}`
  }: ${expected}`;
}

function keysOf<K extends string>(family: Readonly<Record<K, number>>): [K, ...K[]] {
  return Object.keys(family) as [K, ...K[]];
}
