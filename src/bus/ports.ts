/** The ports between the parts that hang on the bus: each part is asked through one of these. */
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { Line, LineStatus } from "../model/line.ts";
import type { Command, CommandName, CommandResult } from "../model/command.ts";
import type { ErrorCode } from "../model/error.ts";
import type { BusEvent, ProviderState } from "../model/event.ts";
import type { JournalEntry, JournalPage, JournalQuery } from "../model/journal.ts";
import type { SimulatedCall, SimulatedScenario, SimulationResult } from "../model/simulation.ts";

/**
 * The state that the events so far have led to. Asked in the same turn as
 * {@linkcode EventBus.seq}, both belong together.
 */
export interface StatePort {
  readonly provider: ProviderState;
  /** Every line that was found, open or not. */
  lines(): readonly Line[];
  /** The live calls, oldest first. */
  calls(): readonly Call[];
  /** A live call. */
  call(id: CallId): Call | undefined;
}

/** Carries commands out. Never rejects: an error is an answer. */
export interface CommandPort {
  execute(command: Command): Promise<CommandResult>;
}

export interface ServiceStatus {
  /** `up` while TAPI is initialised and answers; `down` while it is not available. */
  readonly provider: "up" | "down";
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
  /** The lines that are not open. */
  readonly troubles: readonly {
    readonly line: string;
    readonly status: LineStatus;
    /** The symbolic TAPI error, where one is the cause. */
    readonly error?: string;
  }[];
  /** Functions of the TAPI library that have not returned for long. */
  readonly hanging: readonly {
    readonly fn: string;
    readonly line?: string;
    readonly forSeconds: number;
  }[];
}

export interface StatusPort {
  status(): ServiceStatus;
}

/** The journal cannot be read at present. The message says why. */
export class JournalUnavailableError extends Error {
  override readonly name = "JournalUnavailableError";
}

/** The cursor is none that the journal gave. */
export class CursorError extends Error {
  override readonly name = "CursorError";
}

export interface JournalPort {
  /** @throws JournalUnavailableError, CursorError */
  page(query: JournalQuery): Promise<JournalPage>;
  /**
   * The entries that belong together with one, through their call ids: a call's way through
   * transfers. Oldest first; empty where there is no such entry, or it may not be seen.
   *
   * @throws JournalUnavailableError
   */
  chain(id: number, visible?: (line: string) => boolean): Promise<readonly JournalEntry[]>;
}

/** How clients are connected. */
export const DIALECTS = ["classic", "v2", "sse"] as const;
export type Dialect = typeof DIALECTS[number];

/** What clients ask for; `invalid` stands for everything that is no command. */
export type RequestName = CommandName | "journal" | "invalid";

export type RequestResult = "ok" | ErrorCode;

/** The clients, now. */
export interface ServerLoad {
  readonly clients: Readonly<Record<Dialect, number>>;
  /** Bytes given to sockets that have not left yet, of all clients. */
  readonly unsentBytes: number;
}

/** What a collector of metrics is answered. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Counting costs next to nothing: it is done on the way of every event. */
export interface MetricsPort {
  /** A connection has ended with this close code. */
  closed(code: number): void;
  /** A request has been answered, or refused. */
  answered(request: RequestName, result: RequestResult): void;
  /** An event has been handed to everyone who wants it. */
  delivered(event: BusEvent, tookMs: number): void;
  /** Everything, as Prometheus reads it. */
  exposition(): Exposition;
}

/** The telephones of a pretend exchange. */
export interface Simulation {
  readonly scenarios: readonly SimulatedScenario[];
  ring(call: SimulatedCall): SimulationResult;
  /**
   * @param name One of {@linkcode scenarios}.
   * @param line The extension at which it begins; one that is free when left out.
   */
  play(name: string, line?: string): SimulationResult;
}
