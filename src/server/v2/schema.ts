/**
 * The shape of every v2 frame, both ways, as zod schemas and as the JSON Schema made of them: for the
 * authors of clients, and for tests. Not used when an event is sent.
 */
import { z } from "zod";
import {
  CALL_ORIGINS,
  CALL_REASONS,
  CALL_STATES,
  DIRECTIONS,
  partiesOf,
  PRESENTATIONS,
} from "../../model/call.ts";
import { CALL_COMMANDS, type CommandOutcome, LINE_COMMANDS } from "../../model/command.ts";
import { ERROR_CODES } from "../../model/error.ts";
import { CALL_CHANGES, LINE_CHANGES, PROVIDER_STATES } from "../../model/event.ts";
import { FORWARD_CASES } from "../../model/forward.ts";
import { CALL_RESULTS } from "../../model/journal.ts";
import { LINE_KINDS, LINE_STATUSES } from "../../model/line.ts";
import { LINK_MOMENTS } from "../../model/link.ts";
import { RIGHTS } from "../../model/right.ts";
import type { CallObject, EntryObject, EventFrame, LineObject } from "./frames.ts";
import type { NumberAnswer } from "./queries.ts";
import { FORMS, requestId } from "./requests.ts";

const time = z.iso.datetime({ precision: 3 });
const hex = z.string().regex(/^0x[0-9A-F]+$/);
const seq = z.int().nonnegative();
const call = z.int().nonnegative();

/** A name that TAPI has, or the hex of a value that it does not define. */
function named<const Prefix extends string, T extends string>(
  prefix: Prefix,
  names: readonly T[],
): z.ZodType<T | `${Prefix}_$${string}`> {
  const schema: z.ZodType = z.string().regex(
    new RegExp(`^(?:${names.join("|")}|${prefix}_\\$[0-9A-F]+)$`),
  );
  return schema as z.ZodType<T | `${Prefix}_$${string}`>;
}

const ENTRY_OF_DIRECTORY = z.object({
  name: z.string().describe('"" where only the company is known'),
  company: z.string(),
  url: z.string().exactOptional(),
  id: z.string().exactOptional(),
  source: z.string(),
});

const NUMBER_FACTS = {
  e164: z.string().regex(/^\+[1-9]\d{1,14}$/).exactOptional().describe("Left out unless it is one"),
  national: z.string().exactOptional().describe("For people; left out unless there is e164"),
  internal: z.literal(true).exactOptional().describe("An extension of the phone system"),
};

const directory = ENTRY_OF_DIRECTORY.extend({
  others: z.array(ENTRY_OF_DIRECTORY).exactOptional().describe("Others who have the number"),
}).exactOptional().describe("Who has the number, if a directory knows it");

const PARTY = z.object({
  number: z.string(),
  name: z.string(),
  presentation: z.enum(PRESENTATIONS),
  ...NUMBER_FACTS,
  directory,
}).meta({
  id: "Party",
  description: 'One end of a call. number is "" unless presentation is "shown".',
});
const parties = partiesOf(() => PARTY);

const group = z.string().optional()
  .describe("The number of the group that was called, if it is not the line's own");

const CALL: z.ZodType<CallObject> = z.object({
  id: call.describe("The server's own number, unique over its life"),
  callId: hex.describe("dwCallID; 0x0 if the driver gives none"),
  relatedCallId: hex.describe("dwRelatedCallID: a call that this one came from"),
  line: z.string().describe("The extension"),
  permanentId: z.string().describe("The line's permanent id"),
  state: named("LINECALLSTATE", CALL_STATES).describe("TAPI's state"),
  stateMode: z.string().nullable().describe(
    "What the driver adds to the state, such as ACTIVE, or INACTIVE for a call that is connected at another phone of the line",
  ),
  direction: z.enum(DIRECTIONS).describe("in: the line was called"),
  origin: named("LINECALLORIGIN", CALL_ORIGINS).describe("LINECALLORIGIN_ without its prefix"),
  reason: named("LINECALLREASON", CALL_REASONS).describe("LINECALLREASON_ without its prefix"),
  ...parties,
  group,
  trunk: z.int().nonnegative().optional().describe("dwTrunk, for a call with the outside"),
  data: z.string().optional().describe("The call data of the phone system's applications"),
  startedAt: time.describe("When the server first received it"),
  connectedAt: time.optional().describe("When it was answered at this line"),
  endedAt: time.optional().describe("When it ended"),
  disconnect: z.string().optional().describe(
    "LINEDISCONNECTMODE_ without its prefix: the most telling reason for its end",
  ),
  disconnects: z.array(z.string()).optional().describe("Every reason, if there are several"),
  links: z.array(
    z.object({ name: z.string(), url: z.string(), on: z.enum(LINK_MOMENTS) }),
  ).optional().describe("Pages to open for the call"),
  can: z.array(z.enum(CALL_COMMANDS)).describe("The commands that the call takes now"),
}).meta({ id: "Call", description: "A call on a line, as last heard." });

const count = z.int().nonnegative();

/** Left out if the driver does not report it. */
const settings = {
  doNotDisturb: z.boolean().optional().describe("Whether calls are kept from the phone"),
  voicemail: z.object({ on: z.boolean(), unread: count, read: count }).optional()
    .describe("The mailbox: whether it takes calls, and its messages"),
  user: z.object({ number: z.string() }).nullable().optional()
    .describe("Who is logged in at the telephone; null: nobody"),
  groups: z.object({ member: count, disabled: count }).optional()
    .describe("How many hunt groups ring the line, and how many its user has left for a while"),
  absence: z.string().nullable().optional().describe("The message that callers see; null: none"),
  callWaiting: z.boolean().optional()
    .describe("Whether a second call is announced during a call"),
  vendor: z.object({ name: z.string() })
    .catchall(z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).optional()
    .describe("Details that only one vendor has"),
};

const LINE: z.ZodType<LineObject> = z.object({
  line: z.string().describe("The extension"),
  name: z.string().describe("The label that people gave it"),
  permanentId: z.string()
    .describe("Identifies the line, also over restarts as far as the driver allows"),
  provider: z.string().describe("The driver that it belongs to"),
  kind: z.enum(LINE_KINDS).describe("group: a hunt group's own line"),
  status: z.enum(LINE_STATUSES).describe("Whether the server receives its calls"),
  error: z.string().optional().describe("TAPI's error, if it is the cause of the status"),
  forwards: z.array(z.object({ when: z.enum(FORWARD_CASES), to: z.string() }))
    .describe('Where calls are forwarded; to is "" if they are refused'),
  messageWaiting: z.boolean().describe("Whether the message lamp is on"),
  ...settings,
  can: z.array(z.enum(LINE_COMMANDS)).describe("The commands that the line takes now"),
}).meta({ id: "Line", description: "A line as last heard." });

const PROVIDER = z.enum(PROVIDER_STATES);
const event = { seq, at: time };

const EVENT: z.ZodType<EventFrame> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("call"), ...event, change: z.enum(CALL_CHANGES), call: CALL })
    .meta({ id: "CallEvent" }),
  z.object({ type: z.literal("line"), ...event, change: z.enum(LINE_CHANGES), line: LINE })
    .meta({ id: "LineEvent" }),
  z.object({ type: z.literal("provider"), ...event, state: PROVIDER })
    .meta({ id: "ProviderEvent" }),
]).meta({ id: "Event" });

const BATCH = z.array(EVENT).min(2).meta({
  id: "Batch",
  description: "Events of one turn, in order, for a subscription with batch: true.",
});

const IDENTITY = z.object({
  name: z.string(),
  can: z.array(z.enum(RIGHTS)),
  lines: z.array(z.string()).describe("Patterns of the extensions, in which * is anything"),
}).meta({ id: "Identity" });

const HELLO = z.object({
  type: z.literal("hello"),
  server: z.object({ name: z.literal("tapi2ws"), version: z.string() }),
  epoch: z.string(),
  seq,
  identity: IDENTITY,
  limits: z.object({
    maxUnsentBytes: z.int(),
    clientTimeoutSeconds: z.int(),
    historyLength: z.int(),
    messageBytes: z.int(),
    commandsPerSecond: z.int(),
  }),
}).meta({ id: "Hello" });

const SNAPSHOT = z.object({
  epoch: z.string(),
  seq,
  gap: z.literal(true).optional().describe("Events were missed that the server no longer has"),
  provider: PROVIDER,
  lines: z.array(LINE),
  calls: z.array(CALL),
}).meta({ id: "Snapshot", description: "The state that the event seq has led to." });

const ENTRY: z.ZodType<EntryObject> = z.object({
  id: z.int().positive().describe("The journal's own number"),
  call,
  line: z.string(),
  permanentId: z.string(),
  direction: z.enum(DIRECTIONS),
  result: z.enum(CALL_RESULTS),
  ...parties,
  group,
  startedAt: time,
  answeredAt: time.optional(),
  endedAt: time,
  ringMs: z.int().nonnegative(),
  talkMs: z.int().nonnegative().optional().describe("Left out if it was not answered"),
  callId: hex,
  relatedCallId: hex,
  origin: named("LINECALLORIGIN", CALL_ORIGINS),
  reason: named("LINECALLREASON", CALL_REASONS),
  disconnect: z.string().optional(),
  disconnects: z.array(z.string()).optional(),
}).meta({ id: "JournalEntry", description: "A finished call." });

const NUMBER: z.ZodType<NumberAnswer> = z.object({
  text: z.string(),
  steps: z.array(z.object({ why: z.string(), result: z.string() })),
  dials: z.string().exactOptional().describe("What the phone system is given"),
  problem: z.string().exactOptional().describe("Why the text is not dialled"),
  directory,
  allowed: z.boolean().exactOptional().describe("Whether your rules let you dial it"),
  ...NUMBER_FACTS,
}).meta({ id: "Number", description: "A number, and how the rules of the site read it." });

const COMMAND_OUTCOME: z.ZodType<
  { readonly [K in keyof CommandOutcome]: CommandOutcome[K] | undefined }
> = z.object({ call: call.optional(), slot: z.string().optional() });

const OUTCOME = z.union([
  z.object({
    entries: z.array(ENTRY),
    next: z.string().optional().describe("The cursor of the next page"),
    missing: z.array(z.string()).optional().describe("Sites whose calls are not all here"),
  }).meta({ id: "JournalPage" }),
  SNAPSHOT,
  z.object({ epoch: z.string(), seq, replayed: z.int().nonnegative() }).meta({ id: "Replay" }),
  z.object({ epoch: z.string(), seq }).meta({
    id: "Pong",
    description: "Every event up to seq has been sent, of those subscribed to.",
  }),
  z.object({ seq, lines: z.array(LINE) }),
  z.object({ seq, calls: z.array(CALL) }),
  z.object({ identity: IDENTITY }),
  z.object({ number: NUMBER }),
  COMMAND_OUTCOME,
]);

const RESULT = z.object({
  type: z.literal("result"),
  id: requestId.optional(),
  result: OUTCOME,
}).meta({ id: "Result" });

const ERROR = z.object({
  type: z.literal("error"),
  id: requestId.optional(),
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string().describe("For people"),
    tapi: z.object({ code: z.number(), name: z.string() }).optional(),
  }),
}).meta({ id: "Error" });

const SERVER_FRAME = z.union([HELLO, RESULT, ERROR, EVENT, BATCH]).meta({
  id: "ServerFrame",
  description: "A frame that the server sends.",
});

const CLIENT_FRAME = z.union(
  Array.from(
    FORMS,
    ([cmd, forms]) => z.union(forms).meta({ id: `${cmd[0]?.toUpperCase()}${cmd.slice(1)}Command` }),
  ),
).meta({ id: "ClientFrame", description: "A frame that a client sends." });

const FRAME = z.union([SERVER_FRAME, CLIENT_FRAME]).meta({
  title: "tapi2ws.v2",
  description: "Every frame of the sub-protocol tapi2ws.v2; $defs has each by its name.",
});

/** The JSON Schema (draft 2020-12) of every frame, with each in `$defs`. */
export function jsonSchema(): object {
  return z.toJSONSchema(FRAME, { target: "draft-2020-12" });
}

/**
 * The JSON Schema of each frame, and of what is in them, by its name.
 *
 * @param place Where the document keeps them, as a JSON pointer: `#/components/schemas`.
 * @param draft The one that the document's format is made for.
 */
export function schemasAt(
  place: string,
  draft: "draft-2020-12" | "draft-7",
): Readonly<Record<string, object>> {
  const known = SCHEMAS.get(draft + place);
  if (known !== undefined) return known;
  const { $defs, definitions } = z.toJSONSchema(FRAME, { target: draft });
  const text = JSON.stringify($defs ?? definitions);
  const schemas = JSON.parse(text.replaceAll(/"#\/(?:\$defs|definitions)\//g, `"${place}/`));
  SCHEMAS.set(draft + place, schemas);
  return schemas;
}

/** Made once: it takes some milliseconds. */
const SCHEMAS = new Map<string, Readonly<Record<string, object>>>();
