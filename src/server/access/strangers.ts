/**
 * The attempts of clients without a valid token: counted and summed up in the log, so that nobody can
 * fill it, and slowed down for each address, so that guessing takes long.
 */
import { type Clock, sleep } from "../../clock.ts";
import { logger } from "../../log.ts";
import { AddressBuckets } from "./rate.ts";

const log = logger("server");

/** After a first line of a kind, further ones are summed up so often. */
const SUMMARY_MS = 60_000;
/** Wrong tokens that one address may send a second before its answers wait; twice as many at first. */
const FREE_GUESSES_PER_SECOND = 5;
const GUESS_DELAY_MS = 1000;

const KINDS = {
  token: "invalid tokens",
  command: "commands without a token",
} as const;
type Kind = keyof typeof KINDS;

export class Strangers {
  readonly #clock: Clock;
  readonly #stopping: AbortSignal;
  readonly #guesses: AddressBuckets;
  /** Since the last line of the kind. */
  readonly #counts = new Map<Kind, number>();

  /** @param stopping Ends what waits. */
  constructor(clock: Clock, stopping: AbortSignal) {
    this.#clock = clock;
    this.#stopping = stopping;
    this.#guesses = new AddressBuckets(clock, FREE_GUESSES_PER_SECOND);
  }

  /** Someone was refused. @param host The address without its port. */
  refused(kind: Kind, host: string): void {
    const count = this.#counts.get(kind);
    if (count !== undefined) return void this.#counts.set(kind, count + 1);
    this.#counts.set(kind, 0);
    log.warn("Refused: {kind}, from {address}; more are counted and logged every minute", {
      kind: KINDS[kind],
      address: host,
    });
    void this.#sumUpLater(kind);
  }

  /** A wrong token was sent. Resolves when it may be answered. */
  async guessed(host: string): Promise<void> {
    this.refused("token", host);
    if (this.#guesses.take(host) === "free") return;
    await sleep(this.#clock, GUESS_DELAY_MS, this.#stopping);
  }

  async #sumUpLater(kind: Kind): Promise<void> {
    await sleep(this.#clock, SUMMARY_MS, this.#stopping);
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.delete(kind);
    if (count > 0) log.warn("Refused: {count} more {kind}", { count, kind: KINDS[kind] });
  }
}
