/** What v2 clients may send, checked: the commands, the fields of each, and what is said of a mistake. */
import { z } from "zod";
import type { Command } from "../../model/command.ts";
import { badRequest, failed, type Failure, lineText, numberText, readJson } from "../validation.ts";
import type { RequestId } from "./frames.ts";

/** What may be subscribed to. */
export const EVENT_KINDS = ["call", "line", "provider"] as const;
export type EventKind = typeof EVENT_KINDS[number];

const requestId = z.union([z.string(), z.number()], { error: "expected a string or a number" });
const callNumber = z.int({ error: "expected a call's number" }).nonnegative(
  "expected a call's number",
);
const digits = z.string({ error: "expected digits, a string" }).regex(
  /^[0-9A-Da-d*#,]{1,80}$/,
  "expected 1 to 80 of 0-9, A-D, *, #, and , for a pause",
);

/** The point up to which a client has heard everything. */
const resumePoint = z.strictObject({
  epoch: z.string({ error: "expected the epoch of a hello or a result" }),
  seq: z.int({ error: "expected the number of an event" }).nonnegative(
    "expected the number of an event",
  ),
}, { error: "expected an object with epoch and seq" });

/** The most entries that are answered at once. */
const MOST_PAGE_ENTRIES = 1000;

const LINES = "expected an array of extensions";
const EVENTS = `expected an array of ${EVENT_KINDS.map((kind) => `"${kind}"`).join(", ")}`;

/** The fields of a subscription that choose what is heard. */
const choice = {
  lines: z.array(lineText, { error: LINES }).optional(),
  events: z.array(z.enum(EVENT_KINDS, { error: EVENTS }), { error: EVENTS }).min(1, EVENTS)
    .optional(),
};

function oneOf<const T extends string>(...values: T[]) {
  return z.enum(values, { error: `expected ${values.map((value) => `"${value}"`).join(" or ")}` });
}

const moment = z.iso.datetime({
  offset: true,
  error: "expected a moment such as 2026-01-31T08:00:00Z",
});
const PAGE = `expected a whole number from 1 to ${MOST_PAGE_ENTRIES}`;

/** The fields of a query of the journal. */
const search = {
  lines: z.array(lineText, { error: LINES }).optional(),
  from: moment.optional(),
  to: moment.optional(),
  direction: oneOf("in", "out", "unknown").optional(),
  missed: z.boolean({ error: "expected true or false" }).optional(),
  number: numberText.regex(/\d/, "expected digits").optional(),
  cursor: z.string({ error: "expected the next of a page before" }).optional(),
  limit: z.int({ error: PAGE }).min(1, PAGE).max(MOST_PAGE_ENTRIES, PAGE).optional(),
  chain: z.int({ error: "expected an entry's id" }).positive("expected an entry's id").optional(),
};

/** A command that is about a line, or about nothing. */
function request<const C extends string, S extends z.ZodRawShape>(cmd: C, shape: S) {
  return {
    byLine: z.strictObject({ cmd: z.literal(cmd), id: requestId.optional(), ...shape }),
  };
}

/** A command that is about a call: that of a number, or the one of a line that can be meant. */
function onCall<const C extends string, S extends z.ZodRawShape>(cmd: C, shape: S) {
  return {
    ...request(cmd, { line: lineText, ...shape }),
    byCall: z.strictObject({
      cmd: z.literal(cmd),
      id: requestId.optional(),
      call: callNumber,
      ...shape,
    }),
  };
}

/** Every command, by its name. */
export const REQUESTS = {
  subscribe: request("subscribe", {
    ...choice,
    resume: resumePoint.optional(),
    batch: z.boolean({ error: "expected true or false" }).optional(),
  }),
  unsubscribe: request("unsubscribe", {}),
  ping: request("ping", {}),
  lines: request("lines", {}),
  calls: request("calls", {}),
  journal: request("journal", search),
  auth: request("auth", {
    token: z.string({ error: "expected a token, a string" }).min(1, "expected a token"),
  }),
  dial: request("dial", { line: lineText, number: numberText }),
  drop: onCall("drop", {}),
  answer: onCall("answer", {}),
  hold: onCall("hold", {}),
  unhold: onCall("unhold", {}),
  swap: request("swap", { line: lineText }),
  transfer: onCall("transfer", { number: numberText }),
  consult: onCall("consult", { number: numberText }),
  complete: request("complete", { line: lineText, mode: oneOf("transfer", "conference") }),
  park: onCall("park", { slot: numberText.optional() }),
  unpark: request("unpark", { line: lineText, slot: numberText }),
  pickup: request("pickup", {
    line: lineText,
    from: lineText.optional(),
    group: numberText.optional(),
  }),
  redirect: onCall("redirect", { number: numberText }),
  dtmf: onCall("dtmf", { digits }),
  forward: request("forward", {
    line: lineText,
    when: oneOf("always", "busy", "no_answer"),
    to: z.union([numberText, z.null()], { error: "expected a telephone number, or null for off" }),
  }),
};

type Entry = typeof REQUESTS[keyof typeof REQUESTS];

/** A message that is understood. */
export type Request =
  | z.output<Entry["byLine"]>
  | z.output<Extract<Entry, { readonly byCall: z.ZodType }>["byCall"]>;

export type SubscribeRequest = Extract<Request, { readonly cmd: "subscribe" }>;
/** About the connection, which a command over HTTP has none of. */
export type ConnectionRequest = Extract<
  Request,
  { readonly cmd: "subscribe" | "unsubscribe" | "auth" }
>;
/** Answered at once, from the state. */
export type Query = Extract<Request, { readonly cmd: "ping" | "lines" | "calls" }>;
/** Answered from the journal. */
export type JournalRequest = Extract<Request, { readonly cmd: "journal" }>;
/** Carried out by the telephone system. */
export type Order = Exclude<Request, ConnectionRequest | Query | JournalRequest>;

/** What a client's text means. */
export type V2Message =
  | { readonly kind: "request"; readonly request: Request }
  | Failure & { readonly id: RequestId | undefined };

const envelope = z.looseObject({
  cmd: z.string({ error: "expected the name of a command" }),
}, { error: "expected a JSON object" });

/** Reads a client's text. Never throws: what is wrong with it is the result. */
export function parseRequest(text: string): V2Message {
  const read = readJson(text);
  if ("kind" in read) return { ...read, id: undefined };
  const { json } = read;
  const id = idOf(json);
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return { ...badRequest(parsed.error), id };
  const { cmd } = parsed.data;
  if (!isCommand(cmd)) {
    return { ...failed("unknown_command", `There is no command "${cmd.slice(0, 40)}"`), id };
  }
  const entry: Entry = REQUESTS[cmd];
  const schema = "byCall" in entry && "call" in parsed.data ? entry.byCall : entry.byLine;
  const request = schema.safeParse(json);
  if (!request.success) return { ...badRequest(request.error), id };
  return { kind: "request", request: request.data };
}

/** What is to be heard, where it is told otherwise than by a command: by a URL. */
export function readChoice(
  wish: { readonly lines?: string[]; readonly events?: string[] },
): Pick<SubscribeRequest, "lines" | "events"> | Failure {
  const parsed = z.object(choice).safeParse(wish);
  return parsed.success ? parsed.data : badRequest(parsed.error);
}

/** What is looked for in the journal, where it is told otherwise than by a command: by a URL. */
export function readSearch(wish: object): JournalRequest | Failure {
  const parsed = REQUESTS.journal.byLine.safeParse({ cmd: "journal", ...wish });
  return parsed.success ? parsed.data : badRequest(parsed.error);
}

function isCommand(cmd: string): cmd is keyof typeof REQUESTS {
  return Object.hasOwn(REQUESTS, cmd);
}

function idOf(json: unknown): RequestId | undefined {
  const { data } = z.object({ id: requestId }).safeParse(json);
  return data?.id;
}

/** The command that the program is given. */
export function commandOf({ id: _, ...command }: Order): Command {
  // JSON has no undefined: a member that is there has a value.
  return command as Command;
}
