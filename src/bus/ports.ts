/** The ports between the parts of the program that are connected by the bus. */
import type { Call, Direction, PartyRole } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { Line, LineStatus } from "../model/line.ts";
import type { Command, CommandName, CommandResult } from "../model/command.ts";
import type { DirectoryMatch } from "../model/directory.ts";
import type { ErrorCode } from "../model/error.ts";
import type { BusEvent, ProviderState } from "../model/event.ts";
import type { JournalPage, JournalQuery, VisibleLines } from "../model/journal.ts";
import type { NumberFacts, NumberReading, NumberSource } from "../model/number.ts";
import type {
  SimulatedAnswer,
  SimulatedCall,
  SimulatedScenario,
  SimulationResult,
} from "../model/simulation.ts";

/** The state that the events so far have led to; read in the same turn, {@linkcode EventBus.seq} fits. */
export interface StatePort {
  readonly provider: ProviderState;
  /** Every line that was found, open or not. */
  lines(): readonly Line[];
  /** The live calls, oldest first. */
  calls(): readonly Call[];
  /** A live call. */
  call(id: CallId): Call | undefined;
}

/** Takes what a directory knows of the parties of calls. */
export interface DirectoryPort {
  /**
   * Somebody in a directory has this number. Concerns every party of the call that has it now; a call
   * that has ended stays as it was.
   */
  found(call: CallId, number: string, match: DirectoryMatch): void;
}

/** Finds the owner of a number. */
export interface DirectoryReader {
  /** @returns `undefined` if nobody is known, or no source answers. Never rejects. */
  whoHas(number: string, e164: string | undefined): Promise<DirectoryMatch | undefined>;
}

/** `failing`: the last question failed. `down`: several in a row, so that it is left alone for a while. */
export const DIRECTORY_STATUSES = ["up", "failing", "down"] as const;

/** A source of the directory. */
export interface DirectorySourceStatus {
  readonly source: string;
  readonly status: typeof DIRECTORY_STATUSES[number];
  /** Why it fails, without any number or name. */
  readonly error?: string;
}

/** The result of one question to one source. */
export const DIRECTORY_RESULTS = ["hit", "miss", "failed"] as const;
export type DirectoryResult = typeof DIRECTORY_RESULTS[number];

/** The sender of a command. */
export interface CommandSender {
  /** The name of an identity. */
  readonly identity: string;
  readonly address: string;
}

/** Executes commands. Never rejects: an error is a result. */
export interface CommandPort {
  /** @param by For those who carry it out elsewhere. */
  execute(command: Command, by?: CommandSender): Promise<CommandResult>;
  /**
   * The extension of a call, also before its first state is known; `undefined` if there is no such
   * call, or which line of its device it is on is not known yet.
   */
  lineOf(call: CallId): string | undefined;
}

/** The rules of the site for telephone numbers. */
export interface NumberPort {
  /** The facts about a party's number; called for every event. */
  factsOf(number: string, role: PartyRole, direction: Direction): NumberFacts;
  /** Reads a number step by step, and what is dialled for it. */
  read(text: string, source: NumberSource): NumberReading;
  /** Other ways to dial what these digits reach; none where no rules are set. */
  spellingsOf(dialled: string): readonly string[];
}

/** `lost`: nothing is heard of the site, so that its calls have ended and its lines are closed. */
export const SITE_STATES = ["up", "lost"] as const;

/** The connection of a site or a gateway to the others. */
export interface NatsStatus {
  readonly connected: boolean;
  /** On a site: events that wait until NATS has stored them; `null` while it takes no part. */
  readonly waitingEvents?: number | null;
  /** On a site: why it takes no part. */
  readonly problem?: string;
  /** On a gateway: events that NATS has and the gateway has not read yet. */
  readonly missingEvents?: number;
  /** On a gateway: how often events had to be requested because they did not arrive on their own. */
  readonly gaps?: number;
  /** On a gateway: the sites that it knows. */
  readonly sites?: readonly { readonly site: string; readonly state: typeof SITE_STATES[number] }[];
}

export interface ServiceStatus {
  /** `up` while TAPI is initialised and answers; `down` while it is not available. */
  readonly provider: Exclude<ProviderState, "restarting">;
  readonly lines: {
    readonly open: number;
    readonly closed: number;
    readonly failed: number;
    readonly outOfService: number;
  };
  /** Seconds since TAPI's last message, or `null` before the first. */
  readonly lastMessageAgeSeconds: number | null;
  /** Seconds since the telephony service last answered a probe, or `null` before the first. */
  readonly lastProbeAgeSeconds: number | null;
  /**
   * For how long lines have been open without any call that was not dialled by a client; `null` once
   * one was heard, and for the first half hour.
   */
  readonly silentForSeconds: number | null;
  /** The lines that are not open. */
  readonly troubles: readonly {
    readonly line: string;
    readonly status: LineStatus;
    /** The symbolic TAPI error, if one is the cause. */
    readonly error?: string;
  }[];
  /** Functions of the TAPI library that have not returned for a long time. */
  readonly hanging: readonly {
    readonly fn: string;
    readonly line?: string;
    readonly forSeconds: number;
  }[];
  /** The connection of several servers; left out on a server that stands alone. */
  readonly nats?: NatsStatus;
  /** The sources of the directory; left out if there are none. */
  readonly directory?: readonly DirectorySourceStatus[];
}

export interface StatusPort {
  status(): ServiceStatus;
}

/** The journal cannot be read at present. The message says why. */
export class JournalUnavailableError extends Error {
  override readonly name = "JournalUnavailableError";
}

export interface JournalPort {
  /** @throws JournalUnavailableError, CursorError */
  page(query: JournalQuery): Promise<JournalPage>;
  /**
   * The entries that belong together with one by their call ids: a call's way through transfers.
   * Oldest first, all on one page; empty if there is no such entry, or it is not visible.
   *
   * @throws JournalUnavailableError
   */
  chain(id: number, visible?: VisibleLines): Promise<JournalPage>;
}

/** How clients are connected. */
export const DIALECTS = ["classic", "v2", "sse"] as const;
export type Dialect = typeof DIALECTS[number];

/** The connected clients. */
export interface ServerLoad {
  readonly clients: Readonly<Record<Dialect, number>>;
  /** Bytes that wait in the sockets of all clients. */
  readonly unsentBytes: number;
}

/** The response to a collector of metrics. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Counting must be cheap: it is done for every event. */
export interface MetricsPort {
  /** A connection has ended with this close code. */
  closed(code: number): void;
  /** A request has been answered; `invalid` stands for every message that is not a request. */
  answered(request: CommandName | "journal" | "invalid", result: "ok" | ErrorCode): void;
  /** An event has been delivered to every listener. */
  delivered(event: BusEvent, tookMs: number): void;
  /** All metrics, as Prometheus reads them. */
  exposition(): Exposition;
}

/** The phones of the simulated exchange. */
export interface Simulation {
  readonly scenarios: readonly SimulatedScenario[];
  ring(call: SimulatedCall): SimulationResult;
  /**
   * @param name One of {@linkcode scenarios}.
   * @param line The extension at which it begins; one that is free when left out.
   */
  play(name: string, line?: string): SimulationResult;
  /** The owner of a number, in the directory that belongs to the simulated exchange. */
  lookUp(number: string): SimulatedAnswer;
}
