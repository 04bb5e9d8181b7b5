/** The data that NATS stores: the stream of events, and the records of the sites. */
import type { Msg } from "@nats-io/nats-core/internal";
import { describeError } from "../log.ts";
import { type Link, RequestFailure } from "./link.ts";
import { PUBLISHED, readAs, STORED, STREAM_INFO } from "./wire.ts";

export const EVENTS = "TAPI2WS";
export const SITES = "TAPI2WS_SITES";

const REQUEST_MS = 2000;
const SECOND_NS = 1_000_000_000;
/** How long events are kept: whoever was away for longer gets the state. */
const EVENTS_SECONDS = 15 * 60;
/** For so long, a message that is sent again is stored once. */
export const DUPLICATE_WINDOW_SECONDS = 120;
/** JetStream's "wrong last sequence": somebody else has stored something in between. */
const WRONG_LAST_SEQUENCE = 10071;

/** The values of JetStream's stream configuration, by field. */
type Config = Readonly<Record<string, unknown>>;

/** How the streams are made; whoever makes them otherwise is not corrected. */
function configOf(name: string, replicas: number): Config {
  const common = { name, retention: "limits", storage: "file", discard: "old", allow_direct: true };
  return name === EVENTS
    ? {
      ...common,
      subjects: ["tapi2ws.*.event.*"],
      num_replicas: replicas,
      max_age: EVENTS_SECONDS * SECOND_NS,
      duplicate_window: DUPLICATE_WINDOW_SECONDS * SECOND_NS,
      republish: { src: "tapi2ws.*.event.*", dest: "tapi2ws.live.$1.$2" },
      max_msgs_per_subject: -1,
    }
    : { ...common, subjects: ["tapi2ws.*.site"], num_replicas: replicas, max_msgs_per_subject: 1 };
}

/** Fields that an administrator can choose otherwise; with other values of the rest, events are missed. */
const CHOICES: ReadonlySet<string> = new Set(["num_replicas", "max_age", "storage"]);
/** Fields that JetStream has in nanoseconds. */
const DURATIONS: ReadonlySet<string> = new Set(["max_age", "duplicate_window"]);

/** A field of a stream's configuration that is not as the program makes it, in words. */
export interface Difference {
  readonly stream: string;
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
  /** Sites and gateways work with it nevertheless. */
  readonly isHarmless: boolean;
}

function differences(stream: string, wanted: Config, found: Config): Difference[] {
  return Object.entries(wanted).flatMap(([field, value]) =>
    fits(field, found[field], value) ? [] : [{
      stream,
      field,
      found: inWords(field, found[field]),
      wanted: inWords(field, value),
      isHarmless: CHOICES.has(field),
    }]
  );
}

/** Whether a value is the wanted one: more replicas are as good, and an object may have more members. */
function fits(field: string, found: unknown, wanted: unknown): boolean {
  return field === "num_replicas" ? Number(found) >= Number(wanted) : has(found, wanted);
}

function has(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) {
    return JSON.stringify(found) === JSON.stringify(wanted);
  }
  const members = Object(found);
  return Object.entries(wanted).every(([key, value]) => has(members[key], value));
}

function inWords(field: string, value: unknown): string {
  if (value === undefined) return "not set";
  return DURATIONS.has(field) ? `${Number(value) / SECOND_NS} s` : JSON.stringify(value);
}

/** JetStream refuses, or does not answer. */
export class StreamError extends Error {
  override readonly name = "StreamError";
}

export interface StreamState {
  /** When the stream was made: another stream has other numbers. */
  readonly created: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly subjects: readonly string[];
  readonly config: Config;
}

/** A stored message. */
export interface Stored {
  readonly seq: number;
  readonly subject: string;
  /** Nats-Msg-Id: "" if it has none. */
  readonly messageId: string;
  readonly text: string;
}

const utf8 = new TextDecoder();

export class Streams {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Makes the streams where they are missing. @throws StreamError */
  async ensure(replicas: number): Promise<void> {
    for (const name of [EVENTS, SITES]) {
      if (await this.info(name) !== undefined) continue;
      const reply = await this.#api(`STREAM.CREATE.${name}`, configOf(name, replicas));
      const { error } = readAs(STREAM_INFO, reply) ?? {};
      if (error !== undefined && await this.info(name) === undefined) {
        throw new StreamError(`The stream ${name} cannot be made: ${error.description}`);
      }
    }
  }

  /**
   * Asked of the stream's leader; `undefined` if there is no such stream.
   *
   * @param subjects Lists the subjects that match it.
   * @throws StreamError
   */
  async info(name: string, subjects?: string): Promise<StreamState | undefined> {
    const reply = await this.#api(
      `STREAM.INFO.${name}`,
      subjects === undefined ? undefined : { subjects_filter: subjects },
    );
    const info = readAs(STREAM_INFO, reply);
    if (info?.error?.code === 404) return undefined;
    if (info?.state === undefined || info.created === undefined) {
      throw new StreamError(`The stream ${name} does not answer: ${info?.error?.description}`);
    }
    return {
      created: info.created,
      firstSeq: info.state.first_seq,
      lastSeq: info.state.last_seq,
      subjects: Object.keys(info.state.subjects ?? {}),
      config: info.config ?? {},
    };
  }

  /** How a stream differs from one that would be made now; `undefined` if there is none. @throws StreamError */
  async differences(name: string, replicas: number): Promise<readonly Difference[] | undefined> {
    const info = await this.info(name);
    return info && differences(name, configOf(name, replicas), info.config);
  }

  /** As it is stored at the leader; `undefined` if there is none. @throws StreamError */
  async stored(
    name: string,
    which: { readonly seq: number } | { readonly last_by_subj: string },
  ): Promise<Stored | undefined> {
    const reply = readAs(STORED, await this.#api(`STREAM.MSG.GET.${name}`, which));
    const { error, message } = reply ?? {};
    if (message === undefined) {
      if (error?.code === 404) return undefined;
      throw new StreamError(`The stream ${name} does not answer: ${error?.description}`);
    }
    const headers = message.hdrs === undefined ? "" : atob(message.hdrs);
    return {
      seq: message.seq,
      subject: message.subject,
      messageId: /^Nats-Msg-Id: *(.*?)\r?$/im.exec(headers)?.[1] ?? "",
      text: utf8.decode(Uint8Array.from(atob(message.data ?? ""), (c) => c.charCodeAt(0))),
    };
  }

  /** An event as any of the servers has it; `undefined` if that one has none. @throws StreamError */
  async event(seq: number): Promise<Stored | undefined> {
    return await this.#direct(`$JS.API.DIRECT.GET.${EVENTS}`, JSON.stringify({ seq }));
  }

  /**
   * The latest event of a subject, as any of the servers has it: one that a site may ask for, as the
   * right to it is that of its own subjects only. @throws StreamError
   */
  async latestEvent(subject: string): Promise<Stored | undefined> {
    return await this.#direct(`$JS.API.DIRECT.GET.${EVENTS}.${subject}`, "");
  }

  async #direct(subject: string, payload: string): Promise<Stored | undefined> {
    const reply = await this.#request(subject, payload);
    const code = reply.headers?.code ?? 0;
    if (code === 404 || code === 408) return undefined;
    if (code !== 0) throw new StreamError(`The stream ${EVENTS} answers with ${code}`);
    return storedOf(reply);
  }

  /**
   * Stores a message.
   *
   * @param lastSeq Only if this is the number of the latest message of the subject; 0: if there is none.
   * @returns Its number; `undefined` if `lastSeq` is not the latest.
   * @throws StreamError if it is not known to be stored.
   */
  async store(
    subject: string,
    body: object,
    { messageId, lastSeq }: { readonly messageId?: string; readonly lastSeq?: number },
    timeoutMs: number = REQUEST_MS,
  ): Promise<number | undefined> {
    const reply = await this.#request(subject, JSON.stringify(body), timeoutMs, {
      ...messageId !== undefined && { "Nats-Msg-Id": messageId },
      ...lastSeq !== undefined && { "Nats-Expected-Last-Subject-Sequence": String(lastSeq) },
    });
    const published = readAs(PUBLISHED, reply.string());
    if (published?.error?.err_code === WRONG_LAST_SEQUENCE) return undefined;
    // While a server that leads anew looks for duplicates, it answers 0 to one: that is no acknowledgement.
    if (published?.error !== undefined || !published?.seq) {
      throw new StreamError(`Not stored: ${published?.error?.description ?? reply.string()}`);
    }
    return published.seq;
  }

  async #api(path: string, body?: object): Promise<string> {
    const payload = body === undefined ? "" : JSON.stringify(body);
    return (await this.#request(`$JS.API.${path}`, payload)).string();
  }

  async #request(
    subject: string,
    payload: string,
    timeoutMs = REQUEST_MS,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Msg> {
    try {
      return await this.#link.request(subject, payload, timeoutMs, headers);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      throw new StreamError(describeError(error), { cause: error });
    }
  }
}

/** A message that the stream sends with its number: in reply to a direct get, or as it is stored. */
export function storedOf(message: Msg): Stored | undefined {
  const { headers } = message;
  const seq = Number(headers?.get("Nats-Sequence"));
  if (!Number.isSafeInteger(seq) || seq <= 0) return undefined;
  return {
    seq,
    subject: headers?.get("Nats-Subject") ?? "",
    messageId: headers?.get("Nats-Msg-Id") ?? "",
    text: message.string(),
  };
}
