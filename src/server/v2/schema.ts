/**
 * The shape of every v2 frame, in both directions, as zod schemas and as the JSON Schema made of them:
 * what clients' authors and tests check frames with. Not used on the way of an event.
 */
import { z } from "zod";
import { CALL_COMMANDS, LINE_COMMANDS } from "../../model/command.ts";
import { CALL_RESULTS } from "../../model/journal.ts";
import type { CallObject, EventFrame, LineObject } from "./frames.ts";
import type { EntryObject } from "./journal.ts";
import { REQUESTS } from "./requests.ts";

const PARTY = z.object({
  number: z.string(),
  name: z.string(),
  presentation: z.enum(["shown", "withheld", "pending", "unavailable"]),
}).meta({
  id: "Party",
  description: 'One end of a call. number is "" unless presentation is "shown".',
});

/** A name that TAPI has, or the hex of a value that it does not define. */
function named(prefix: string, ...names: string[]): z.ZodString {
  return z.string().regex(new RegExp(`^(?:${names.join("|")}|${prefix}_\\$[0-9A-F]+)$`));
}

const time = z.iso.datetime({ precision: 3 });
const hex = z.string().regex(/^0x[0-9A-F]+$/);
const seq = z.int().nonnegative();
const call = z.int().nonnegative();

const CALL: z.ZodType<CallObject> = z.object({
  id: call.describe("The server's own number, unique over its life"),
  callId: hex.describe("dwCallID; 0x0 where the provider gives none"),
  relatedCallId: hex.describe("dwRelatedCallID: a call that this one came from"),
  line: z.string(),
  state: named(
    "LINECALLSTATE",
    ...["IDLE", "OFFERING", "ACCEPTED", "DIALTONE", "DIALING", "RINGBACK", "BUSY", "SPECIALINFO"],
    ...["CONNECTED", "PROCEEDING", "ONHOLD", "CONFERENCED", "ONHOLDPENDCONF"],
    ...["ONHOLDPENDTRANSFER", "DISCONNECTED", "UNKNOWN"],
  ),
  stateMode: z.string().nullable(),
  direction: z.enum(["in", "out", "unknown"]),
  origin: named(
    "LINECALLORIGIN",
    ...["OUTBOUND", "INTERNAL", "EXTERNAL", "UNKNOWN", "UNAVAIL", "CONFERENCE", "INBOUND"],
  ),
  reason: named(
    "LINECALLREASON",
    ...["DIRECT", "FWDBUSY", "FWDNOANSWER", "FWDUNCOND", "PICKUP", "UNPARK", "REDIRECT"],
    ...["CALLCOMPLETION", "TRANSFER", "REMINDER", "UNKNOWN", "UNAVAIL", "INTRUDE", "PARKED"],
    ...["CAMPEDON", "ROUTEREQUEST"],
  ),
  caller: PARTY,
  called: PARTY,
  connected: PARTY,
  redirecting: PARTY,
  redirection: PARTY,
  startedAt: time,
  connectedAt: time.optional(),
  endedAt: time.optional(),
  disconnect: z.string().optional(),
  can: z.array(z.enum(CALL_COMMANDS)).describe("What can be done with the call now"),
}).meta({ id: "Call", description: "A call on a line, as last heard." });

const LINE: z.ZodType<LineObject> = z.object({
  line: z.string().describe("The extension"),
  name: z.string(),
  permanentId: z.string(),
  provider: z.string(),
  status: z.enum(["open", "closed", "out_of_service", "failed"]),
  error: z.string().optional(),
  forwards: z.array(z.object({ when: z.enum(["always", "busy", "no_answer"]), to: z.string() })),
  messageWaiting: z.boolean(),
  can: z.array(z.enum(LINE_COMMANDS)).describe("What can be done with the line now"),
}).meta({ id: "Line", description: "A line as last heard." });

const PROVIDER = z.enum(["up", "down", "restarting"]);
const event = { seq, at: time };

const EVENT: z.ZodType<EventFrame> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("call"),
    ...event,
    change: z.enum(["new", "state", "info", "ended"]),
    call: CALL,
  }).meta({ id: "CallEvent" }),
  z.object({
    type: z.literal("line"),
    ...event,
    change: z.enum(["added", "removed", "status", "forwarding", "message_lamp", "info"]),
    line: LINE,
  }).meta({ id: "LineEvent" }),
  z.object({ type: z.literal("provider"), ...event, state: PROVIDER }).meta({
    id: "ProviderEvent",
  }),
]).meta({ id: "Event" });

const BATCH = z.array(EVENT).min(2).meta({
  id: "Batch",
  description: "Events of one turn, in order, for a subscription with batch: true.",
});

const IDENTITY = z.object({
  name: z.string(),
  can: z.array(z.enum(["monitor", "control"])),
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
  gap: z.literal(true).optional().describe("Events were missed that are not remembered"),
  provider: PROVIDER,
  lines: z.array(LINE),
  calls: z.array(CALL),
}).meta({ id: "Snapshot", description: "The state that the event seq has led to." });

const ENTRY: z.ZodType<EntryObject> = z.object({
  id: z.int().positive().describe("The journal's own number"),
  call,
  line: z.string(),
  direction: z.enum(["in", "out", "unknown"]),
  result: z.enum(CALL_RESULTS),
  caller: PARTY,
  called: PARTY,
  connected: PARTY,
  redirecting: PARTY,
  redirection: PARTY,
  startedAt: time,
  answeredAt: time.optional(),
  endedAt: time,
  ringMs: z.int().nonnegative(),
  talkMs: z.int().nonnegative().optional().describe("Left out where it was not answered"),
  callId: hex,
  relatedCallId: hex,
  origin: z.string(),
  reason: z.string(),
  disconnect: z.string().optional(),
}).meta({ id: "JournalEntry", description: "A finished call." });

const OUTCOME = z.union([
  z.object({
    entries: z.array(ENTRY),
    next: z.string().optional().describe("The cursor of the next page"),
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
  z.object({ call: call.optional(), slot: z.string().optional() }),
]);

const requestId = z.union([z.string(), z.number()]);

const RESULT = z.object({
  type: z.literal("result"),
  id: requestId.optional(),
  result: OUTCOME,
}).meta({ id: "Result" });

const ERROR = z.object({
  type: z.literal("error"),
  id: requestId.optional(),
  error: z.object({
    code: z.enum([
      ...["bad_json", "bad_request", "unknown_command", "unknown_line", "unknown_call"] as const,
      ...["no_call", "ambiguous", "not_supported", "not_permitted", "unauthorized"] as const,
      ...["rate_limited", "tapi_error", "timeout", "provider_down", "too_large"] as const,
    ]),
    message: z.string().describe("For people"),
    tapi: z.object({ code: z.number(), name: z.string() }).optional(),
  }),
}).meta({ id: "Error" });

const SERVER_FRAME = z.union([HELLO, RESULT, ERROR, EVENT, BATCH]).meta({
  id: "ServerFrame",
  description: "What the server sends.",
});

const CLIENT_FRAME = z.union(
  Object.entries(REQUESTS).map(([cmd, entry]) => {
    const forms = "byCall" in entry ? [entry.byLine, entry.byCall] : [entry.byLine];
    return z.union(forms).meta({ id: `${cmd[0]?.toUpperCase()}${cmd.slice(1)}Command` });
  }),
).meta({ id: "ClientFrame", description: "What a client sends." });

const FRAME = z.union([SERVER_FRAME, CLIENT_FRAME]).meta({
  title: "tapi2ws.v2",
  description: "Every frame of the sub-protocol tapi2ws.v2; $defs has each by its name.",
});

/** The JSON Schema (draft 2020-12) of every frame, with each in `$defs`. */
export function jsonSchema(): object {
  return z.toJSONSchema(FRAME, { target: "draft-2020-12" });
}
