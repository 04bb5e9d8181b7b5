/** What parts of the program count, and what all of it comes to, for those who watch over it. */
import type { BusEvent } from "./events.ts";
import type { Command, CommandErrorCode } from "./commands.ts";

/** How clients are connected. */
export type Dialect = "classic" | "v2" | "sse";

/** What clients ask for; `invalid` stands for everything that is no command. */
export type RequestName = Command["cmd"] | "journal" | "invalid";

export type RequestResult = "ok" | CommandErrorCode;

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
