/** The messages of v2 clients: telephone commands, and requests that the server answers itself. */
import { z } from "zod";
import { DIRECTIONS } from "../../model/call.ts";
import {
  type CommandName,
  COMMANDS,
  type CommandShape,
  isDialling,
  type WrittenCommand,
} from "../../model/command.ts";
import { EVENT_KINDS } from "../../model/event.ts";
import { NUMBER_SOURCES } from "../../model/number.ts";
import {
  badRequest,
  extension,
  failed,
  type Failure,
  fieldSchema,
  oneOf,
  readJson,
  telephoneNumber,
  trueOrFalse,
  unknownCommand,
} from "../validation.ts";

/** The id that a client gives its message, to find the answer. */
export type RequestId = string | number;
export const requestId: z.ZodType<RequestId> = z.union([z.string(), z.number()], {
  error: "expected a string or a number",
});

/** The most entries of a page of the journal. */
const MOST_PAGE_ENTRIES = 1000;

/** The most extensions, or patterns of them, of one request. */
const MOST_NAMES = 1000;

const TOO_MANY_NAMES = `expected at most ${MOST_NAMES} of them`;
const CALL_ID = "expected a call's number";
const EXTENSIONS = "expected an array of extensions";
const KINDS = `expected an array of ${EVENT_KINDS.map((kind) => `"${kind}"`).join(", ")}`;
const SEQ = "expected the number of an event";
const MOST_NAME_CHARACTERS = 100;
const NAME = `expected a part of a name, at most ${MOST_NAME_CHARACTERS} characters`;
const PAGE = `expected a whole number from 1 to ${MOST_PAGE_ENTRIES}`;
const ENTRY_ID = "expected an entry's id";

const callId = z.int({ error: CALL_ID }).nonnegative(CALL_ID);
const extensions = z.array(extension, { error: EXTENSIONS }).max(MOST_NAMES, TOO_MANY_NAMES)
  .optional();
const time = z.iso.datetime({
  offset: true,
  error: "expected a moment such as 2026-01-31T08:00:00Z",
});

/** Which events are wanted. */
const eventFilter = {
  lines: extensions,
  events: z.array(z.enum(EVENT_KINDS, { error: KINDS }), { error: KINDS }).min(1, KINDS).optional(),
};

function form<const C extends string, S extends z.ZodRawShape>(cmd: C, shape: S) {
  return z.strictObject({ cmd: z.literal(cmd), id: requestId.optional(), ...shape });
}

/** The requests that the server answers itself. */
const SERVER_REQUESTS = {
  subscribe: form("subscribe", {
    ...eventFilter,
    resume: z.strictObject({
      epoch: z.string({ error: "expected the epoch of a hello or a result" }),
      seq: z.int({ error: SEQ }).nonnegative(SEQ),
    }, { error: "expected an object with epoch and seq" }).optional(),
    batch: trueOrFalse.optional(),
  }),
  unsubscribe: form("unsubscribe", {}),
  ping: form("ping", {}),
  lines: form("lines", {}),
  calls: form("calls", {}),
  number: form("number", { text: telephoneNumber, as: oneOf(NUMBER_SOURCES).optional() }),
  journal: form("journal", {
    lines: extensions,
    from: time.optional(),
    to: time.optional(),
    direction: oneOf(DIRECTIONS).optional(),
    missed: trueOrFalse.optional(),
    number: telephoneNumber.regex(/\d/, "expected digits").optional(),
    name: z.string({ error: NAME }).min(1, NAME).max(MOST_NAME_CHARACTERS, NAME).optional(),
    cursor: z.string({ error: "expected the next of a page before" }).optional(),
    limit: z.int({ error: PAGE }).min(1, PAGE).max(MOST_PAGE_ENTRIES, PAGE).optional(),
    chain: z.int({ error: ENTRY_ID }).positive(ENTRY_ID).optional(),
  }),
  auth: form("auth", {
    token: z.string({ error: "expected a token, a string" }).min(1, "expected a token"),
  }),
};

type ServerRequestName = keyof typeof SERVER_REQUESTS;
/** A request that the server answers itself. */
export type ServerRequest = {
  [C in ServerRequestName]: Omit<z.output<typeof SERVER_REQUESTS[C]>, "id">;
}[ServerRequestName];
type RequestOf<C extends ServerRequestName> = Extract<ServerRequest, { readonly cmd: C }>;
export type SubscribeRequest = RequestOf<"subscribe">;
export type StateRequest = RequestOf<"ping" | "lines" | "calls">;
export type JournalRequest = RequestOf<"journal">;
export type NumberRequest = RequestOf<"number">;

/** The forms of a telephone command: with `line`, and with `call` if it is about one call. */
function commandForms([cmd, command]: [string, CommandShape]): [string, z.ZodObject[]] {
  const shape = {
    ...Object.fromEntries(
      Object.entries(command.fields).map(([name, field]) => [name, fieldSchema(field)]),
    ),
    ...isDialling(command) && { raw: trueOrFalse.optional() },
  };
  const byLine = form(cmd, { line: extension, ...shape });
  const isAboutCall = command.target === "call";
  return [cmd, isAboutCall ? [byLine, form(cmd, { call: callId, ...shape })] : [byLine]];
}

/** The forms of every message, by its `cmd`. */
export const FORMS: ReadonlyMap<string, readonly z.ZodObject[]> = new Map([
  ...Object.entries(SERVER_REQUESTS).map(([cmd, form]): [string, z.ZodObject[]] => [cmd, [form]]),
  ...Object.entries(COMMANDS).map(commandForms),
]);

/** A message that has been checked. */
type V2Message =
  & { readonly id: RequestId | undefined }
  & (
    | { readonly kind: "command"; readonly command: WrittenCommand }
    | { readonly kind: "request"; readonly request: ServerRequest }
    | Failure
  );

const envelope = z.looseObject({
  cmd: z.string({ error: "expected the name of a command" }),
}, { error: "expected a JSON object" });

/** Reads a client's text. Never throws: an error is a result. */
export function parseMessage(text: string): V2Message {
  const read = readJson(text);
  if ("kind" in read) return { ...read, id: undefined };
  const { json } = read;
  const id = idOf(json);
  const { data, error } = envelope.safeParse(json);
  if (error !== undefined) return { ...badRequest(error), id };
  const { cmd } = data;
  // Before each of them is checked.
  const long = Object.entries(data).find(([, value]) =>
    Array.isArray(value) && value.length > MOST_NAMES
  );
  if (long !== undefined) {
    return { ...failed("bad_request", `${long[0].slice(0, 40)}: ${TOO_MANY_NAMES}`), id };
  }
  const [byLine, byCall] = FORMS.get(cmd) ?? [];
  if (byLine === undefined) return { ...unknownCommand(cmd), id };
  const parsed = (byCall !== undefined && "call" in data ? byCall : byLine).safeParse(json);
  if (!parsed.success) return { ...badRequest(parsed.error), id };
  const { id: _, ...message } = parsed.data;
  return isCommand(cmd)
    ? { kind: "command", id, command: message as WrittenCommand }
    : { kind: "request", id, request: message as ServerRequest };
}

/** Checks an event filter from a URL. */
export function readEventFilter(
  filter: { readonly lines?: string[]; readonly events?: string[] },
): Pick<SubscribeRequest, "lines" | "events"> | Failure {
  const { data, error } = z.object(eventFilter).safeParse(filter);
  return error === undefined ? data : badRequest(error);
}

/** Checks a query of the journal from a URL. */
export function readJournalQuery(query: object): JournalRequest | Failure {
  const { data, error } = SERVER_REQUESTS.journal.safeParse({ cmd: "journal", ...query });
  return error === undefined ? data : badRequest(error);
}

function isCommand(cmd: string): cmd is CommandName {
  return Object.hasOwn(COMMANDS, cmd);
}

const identified = z.object({ id: requestId });

function idOf(json: unknown): RequestId | undefined {
  return identified.safeParse(json).data?.id;
}
