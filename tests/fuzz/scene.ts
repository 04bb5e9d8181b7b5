/** Where the moves of a run happen, and what they can be about. */
import type { Random } from "../../src/fake/random.ts";
import type { Clients } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import type { GivenCall, GivenLine } from "./ledger.ts";

export interface Scene {
  readonly random: Random;
  readonly exchange: Exchange;
  readonly clients: Clients;
}

export function openLine({ random, exchange }: Scene): GivenLine | undefined {
  const lines = exchange.ledger.openLines.filter(({ valid }) => valid);
  return lines.length === 0 ? undefined : random.pick(lines);
}

export function anyLine({ random, exchange }: Scene): GivenLine | undefined {
  const { lines } = exchange.ledger;
  return lines.length === 0 ? undefined : random.pick(lines);
}

export function liveCall({ random, exchange }: Scene): GivenCall | undefined {
  const calls = exchange.ledger.liveCalls;
  return calls.length === 0 ? undefined : random.pick(calls);
}
