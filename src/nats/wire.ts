/** The shapes of what sites and gateways send each other over NATS; checked where text comes in. */
import { z } from "zod";
import { type Call, DIRECTIONS, partiesOf, PRESENTATIONS } from "../model/call.ts";
import { type Command, COMMAND_NAMES, type CommandResult } from "../model/command.ts";
import { ERROR_CODES } from "../model/error.ts";
import { CALL_RESULTS, type JournalEntry } from "../model/journal.ts";
import { CALL_CHANGES, type EventDraft, LINE_CHANGES } from "../model/event.ts";
import { type Line, LINE_KINDS, LINE_STATUSES } from "../model/line.ts";

/** Raised when a program could misread what another one sends. */
export const WIRE_VERSION = 1;

/** In place of a line, in the subjects of events that belong to none. */
const MARK = "=";

export const SUBJECTS = {
  /** Events of a line, stored. @param line A token. */
  event: (site: string, line: string = MARK) => `tapi2ws.${site}.event.${line}`,
  /** All that is stored of sites' events, sent on under its number. */
  live: "tapi2ws.live.*.*",
  /** The record of a site, stored: the latest one counts. */
  record: (site: string) => `tapi2ws.${site}.site`,
  alive: (site: string) => `tapi2ws.${site}.alive`,
  command: (site: string, life: string) => `tapi2ws.${site}.cmd.${life}`,
  ask: (site: string, life: string) => `tapi2ws.${site}.ask.${life}`,
  /** Answered by every gateway that serves clients. */
  gateways: "tapi2ws.gateways",
} as const;

/** The site of a subject of an event. */
export function siteOfSubject(subject: string): string {
  return subject.split(".")[1] ?? "";
}

/** In place of a site's name, for the record of the epoch. */
export const EPOCH_RECORD = "_epoch";

const life = z.string().regex(/^[0-9a-f]{16}$/);
const count = z.int().nonnegative();

/** Others may know more of a call or a line than this program: that is passed on. */
const party = z.looseObject({
  number: z.string(),
  name: z.string(),
  presentation: z.enum(PRESENTATIONS),
});
const hex = z.string().regex(/^0x[0-9A-F]+$/);
const CALL = z.looseObject({
  id: count,
  callId: hex,
  relatedCallId: hex,
  classicId: hex,
  line: z.string(),
  permanentId: z.string(),
  state: z.string(),
  stateMode: z.string().nullable(),
  direction: z.enum(DIRECTIONS),
  origin: z.string(),
  reason: z.string(),
  ...partiesOf(() => party),
  startedAtMs: z.int(),
  connectedAtMs: z.int().optional(),
  endedAtMs: z.int().optional(),
  can: z.array(z.string()),
}) as unknown as z.ZodType<Call>;
const LINE = z.looseObject({
  line: z.string(),
  name: z.string(),
  permanentId: z.string(),
  provider: z.string(),
  kind: z.enum(LINE_KINDS),
  status: z.enum(LINE_STATUSES),
  error: z.string().optional(),
  forwards: z.array(z.looseObject({ when: z.string(), to: z.string() })),
  messageWaiting: z.boolean(),
  can: z.array(z.string()),
}) as unknown as z.ZodType<Line>;
const EVENT = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("call"),
    atMs: z.int(),
    line: z.string(),
    change: z.enum(CALL_CHANGES),
    call: CALL,
    numberChanged: z.boolean(),
    lost: z.boolean().optional(),
  }),
  z.looseObject({
    type: z.literal("line"),
    atMs: z.int(),
    line: z.string(),
    change: z.enum(LINE_CHANGES),
    now: LINE,
  }),
]) as unknown as z.ZodType<Exclude<EventDraft, { readonly type: "provider" }>>;

/** Which stretch of a site's life it is: it gets another number whenever the site announces itself. */
const number = z.int().min(1).max(4095);
const stretch = { v: z.literal(WIRE_VERSION), life, incarnation: z.int().positive() };
export type Stretch = { readonly life: string; readonly incarnation: number };

/**
 * A stored message of a site's events. `up`: from here on it announces itself. `event`: the n-th event
 * of the stretch, counted from 1. `lost`: nothing of the stretch counts after
 * this. `obituary`: a call that has ended, or a line that has closed, by the loss.
 */
export const MESSAGE = z.discriminatedUnion("kind", [
  z.object({ ...stretch, kind: z.literal("up"), number }),
  z.object({ ...stretch, kind: z.literal("event"), n: z.int().positive(), event: EVENT }),
  z.object({ ...stretch, kind: z.literal("lost"), atMs: z.int() }),
  z.object({ ...stretch, kind: z.literal("obituary"), event: EVENT }),
]);
export type Message = z.output<typeof MESSAGE>;

/** A site, as far as everyone has to agree on it. `lines`: of a lost site. */
export const RECORD = z.object({
  ...stretch,
  number,
  state: z.enum(["up", "lost"]),
  sinceMs: z.int(),
  lines: z.array(LINE),
});
export type SiteRecord = z.output<typeof RECORD>;

/** `n`: how often the sequence could not go on. */
export const EPOCH = z.object({ v: z.literal(WIRE_VERSION), n: count });

/** A sign of life. `uptimeMs`: the site's own clock, for commands that must not come late. */
export const ALIVE = z.object({ ...stretch, nowMs: z.number(), uptimeMs: z.number() });

/** The most entries of the journal in one answer. */
export const MOST_ENTRIES = 200;
/** How long a site has to answer with them. */
export const JOURNAL_ASK_MS = 5000;

/** A filter's lines and patterns, and a chain's entry, are in everyone's names; a cursor is the site's. */
const JOURNAL_ASK = z.object({
  what: z.literal("journal"),
  lines: z.array(z.string()).optional(),
  visible: z.array(z.array(z.string())).optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  direction: z.enum(DIRECTIONS).optional(),
  missed: z.boolean().optional(),
  number: z.string().optional(),
  name: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(MOST_ENTRIES),
});
const CHAIN_ASK = z.object({
  what: z.literal("chain"),
  id: count,
  visible: z.array(z.array(z.string())).optional(),
});
export type JournalAsk = z.output<typeof JOURNAL_ASK> | z.output<typeof CHAIN_ASK>;

/** A gateway's question to a site. `state`: as its n-th message has it, in pages that belong together by `id`. */
export const ASK = z.discriminatedUnion("what", [
  z.object({ what: z.literal("who") }),
  z.object({ what: z.literal("state"), id: z.string().optional(), from: count }),
  JOURNAL_ASK,
  CHAIN_ASK,
]);
export type Ask = z.output<typeof ASK>;
export const STATE_PAGE = z.object({
  ...stretch,
  id: z.string(),
  n: count,
  lines: z.array(LINE),
  calls: z.array(CALL),
  /** Where the next page begins; left out if this is the last one. */
  next: count.optional(),
});
export type StatePage = z.output<typeof STATE_PAGE>;

/** The latest moment that JavaScript has a date for. */
const LAST_MOMENT_MS = 8.64e15;
const moment = z.int().min(-LAST_MOMENT_MS).max(LAST_MOMENT_MS);
const ENTRY = z.object({
  id: count,
  call: count,
  line: z.string(),
  permanentId: z.string(),
  direction: z.enum(DIRECTIONS),
  result: z.enum(CALL_RESULTS),
  ...partiesOf(() => party),
  startedAtMs: moment,
  answeredAtMs: moment.optional(),
  endedAtMs: moment,
  callId: hex,
  relatedCallId: hex,
  origin: z.string(),
  reason: z.string(),
  group: z.string().optional(),
  disconnect: z.string().optional(),
  disconnects: z.array(z.string()).optional(),
}) as unknown as z.ZodType<JournalEntry>;
/** Entries of a site's journal. */
export const JOURNAL_ANSWER = z.object({
  /** Left out if the site has none for gateways, or cannot read them. */
  entries: z.array(ENTRY).optional(),
  /** Whether there are others after these. */
  more: z.boolean(),
});
export type JournalAnswer = z.output<typeof JOURNAL_ANSWER>;

/** The sender of a command, in the gateway's words, for the site's audit. */
const sender = z.object({
  gateway: z.string().max(200),
  identity: z.string().max(200),
  address: z.string().max(200),
});
export type RemoteSender = z.output<typeof sender>;

/** The fields of a command are checked by the gateway, and again by what carries it out. */
const COMMAND = z.looseObject({
  cmd: z.enum(COMMAND_NAMES),
  line: z.string().max(1000).optional(),
  call: count.optional(),
}).refine(({ line, call }) =>
  (line === undefined) !== (call === undefined)
) as unknown as z.ZodType<
  Command
>;
export const COMMAND_REQUEST = z.object({
  v: z.literal(WIRE_VERSION),
  id: z.string().max(100),
  /** On the site's own clock: it is not begun after this. */
  untilMs: z.number(),
  by: sender,
  command: COMMAND,
});
export type CommandRequest = z.output<typeof COMMAND_REQUEST>;

export const COMMAND_REPLY = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    outcome: z.object({ call: count.optional(), slot: z.string().optional() }),
  }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      tapi: z.object({ code: z.number(), name: z.string() }).optional(),
    }),
  }),
]) as unknown as z.ZodType<CommandResult>;

/** An answer of JetStream. @see https://docs.nats.io/reference/reference-protocols/nats_api_reference */
const API_ERROR = z.object({
  code: z.int(),
  err_code: z.int().optional(),
  description: z.string().optional(),
}).optional();
export const PUBLISHED = z.object({
  error: API_ERROR,
  seq: count.optional(),
  duplicate: z.boolean().optional(),
});
export const STREAM_INFO = z.object({
  error: API_ERROR,
  created: z.string().optional(),
  state: z.object({
    first_seq: count,
    last_seq: count,
    subjects: z.record(z.string(), count).optional(),
  }).optional(),
  config: z.looseObject({}).optional(),
});
export const STORED = z.object({
  error: API_ERROR,
  message: z.object({
    subject: z.string(),
    seq: count,
    hdrs: z.base64().optional(),
    data: z.base64().optional(),
  }).optional(),
});

/** Reads JSON of a known shape; `undefined` if it is anything else. */
export function readAs<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
