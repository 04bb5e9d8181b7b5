/** The connection to NATS, which comes back by itself. Nothing is sent later than it was meant. */
import {
  type Authenticator,
  credsAuthenticator,
  headers as newHeaders,
  type Msg,
  type NatsConnection,
  NatsConnectionImpl,
  nkeyAuthenticator,
  NoRespondersError,
  type Payload,
  RequestError,
  setTransportFactory,
  type Status,
} from "@nats-io/nats-core/internal";
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { DenoTransport } from "./transport.ts";

const log = logger("nats");

const CONNECT_MS = 3000;
const RETRY_MS = 500;
/** A server that leaves two of these unanswered is gone. */
const PING_MS = 2000;

/** How to connect. */
export interface LinkOptions {
  readonly servers: readonly string[];
  /** Also the prefix of the inbox, on which the rights of a user depend. */
  readonly name: string;
  /** Whether a connection without TLS is refused. */
  readonly wantsTls: boolean;
  /** Roots to believe besides the system's, PEM. */
  readonly roots?: string | undefined;
  /** The contents of a file of credentials, or the seed of an nkey. */
  readonly credentials?: { readonly creds: string } | { readonly nkey: string } | undefined;
  readonly clock: Clock;
}

/** Why a request has no answer. `gone`: nobody is there who could, or there is no connection. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  constructor(readonly reason: "gone" | "timeout", message: string) {
    super(message);
  }
}

export class Link {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  readonly #onConnected = new Set<() => void>();
  readonly #subscriptions: ((connection: NatsConnection) => void)[] = [];
  #connection: NatsConnection | undefined;
  #connectedAtMs: number | undefined;
  #problem: string | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    setTransportFactory({ factory: () => new DenoTransport(), defaultPort: 4222 });
    void this.#connect();
  }

  /** How long it has been connected; `undefined` while it is not. */
  get connectedForMs(): number | undefined {
    return this.#connectedAtMs === undefined
      ? undefined
      : this.#options.clock.uptimeMs() - this.#connectedAtMs;
  }

  /** Why there is no connection, or what the server has refused since. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Called with every connection, the first and those after it was lost. */
  onConnected(callback: () => void): Disposable {
    this.#onConnected.add(callback);
    if (this.#connectedAtMs !== undefined) callback();
    return { [Symbol.dispose]: () => void this.#onConnected.delete(callback) };
  }

  /** Messages that come while there is no connection are lost. */
  subscribe(subject: string, callback: (message: Msg) => void): Disposable {
    let undo = () => {};
    const start = (connection: NatsConnection) => {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return this.#report(error);
          try {
            callback(message);
          } catch (error) {
            log.error("A message on {subject} cannot be taken: {error}", {
              subject: message.subject,
              error: describeError(error),
            });
          }
        },
      });
      undo = () => subscription.unsubscribe();
    };
    if (this.#connection === undefined) this.#subscriptions.push(start);
    else start(this.#connection);
    return {
      [Symbol.dispose]: () => {
        const index = this.#subscriptions.indexOf(start);
        if (index >= 0) this.#subscriptions.splice(index, 1);
        if (this.#connection?.isClosed() === false) undo();
      },
    };
  }

  /** Sends to whoever listens; does nothing without a connection. */
  publish(subject: string, payload: Payload): void {
    if (this.#connectedAtMs !== undefined) this.#connection?.publish(subject, payload);
  }

  /** @throws RequestFailure */
  async request(
    subject: string,
    payload: Payload,
    timeoutMs: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Msg> {
    const connection = this.#connection;
    if (connection === undefined || this.#connectedAtMs === undefined) {
      throw new RequestFailure("gone", "There is no connection to NATS");
    }
    const all = newHeaders();
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    try {
      return await connection.request(subject, payload, {
        timeout: timeoutMs,
        ...Object.keys(headers).length > 0 && { headers: all },
      });
    } catch (error) {
      // After any other error it is not known whether somebody has received the request.
      const isGone = error instanceof NoRespondersError ||
        error instanceof RequestError && error.isNoResponders();
      throw new RequestFailure(isGone ? "gone" : "timeout", describeError(error));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#connectedAtMs = undefined;
    await this.#connection?.close();
  }

  async #connect(): Promise<void> {
    const { servers, name, clock, wantsTls, roots } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const connection = await NatsConnectionImpl.connect({
          servers: [...servers],
          name,
          inboxPrefix: `_INBOX_${name}`,
          authenticator: authenticatorOf(this.#options),
          tls: wantsTls ? { ...roots !== undefined && { ca: roots } } : null,
          timeout: CONNECT_MS,
          maxReconnectAttempts: -1,
          reconnectTimeWait: RETRY_MS,
          ignoreAuthErrorAbort: true,
          pingInterval: PING_MS,
          maxPingOut: 2,
        });
        if (signal.aborted) return await connection.close();
        this.#connection = connection;
        for (const start of this.#subscriptions.splice(0)) start(connection);
        void this.#watch(connection.status());
        return this.#connected();
      } catch (error) {
        this.#report(error);
      }
      await sleep(clock, RETRY_MS, signal);
    }
  }

  async #watch(statuses: AsyncIterable<Status>): Promise<void> {
    for await (const status of statuses) {
      if (status.type === "disconnect") {
        this.#connectedAtMs = undefined;
        if (!this.#closing.signal.aborted) log.warn("The connection to NATS is lost");
      } else if (status.type === "reconnect") this.#connected();
      else if (status.type === "error") this.#report(status.error);
    }
  }

  #connected(): void {
    this.#connectedAtMs = this.#options.clock.uptimeMs();
    this.#problem = undefined;
    log.info("Connected to NATS");
    for (const callback of [...this.#onConnected]) callback();
  }

  /** A violation of rights is no more than a status of the connection, so it must be said. */
  #report(error: unknown): void {
    const problem = describeError(error);
    if (problem !== this.#problem && !this.#closing.signal.aborted) {
      log.error("NATS: {problem}", { problem });
    }
    this.#problem = problem;
  }
}

function authenticatorOf({ credentials }: LinkOptions): Authenticator[] {
  if (credentials === undefined) return [];
  const utf8 = new TextEncoder();
  return [
    "creds" in credentials
      ? credsAuthenticator(utf8.encode(credentials.creds))
      : nkeyAuthenticator(utf8.encode(credentials.nkey.trim())),
  ];
}
