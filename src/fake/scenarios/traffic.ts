/** Random traffic: a shuffled deck of calls, one after the other, so many a minute. */
import type { Exchange } from "../exchange/exchange.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Random } from "../random.ts";
import { type Card, CARDS, type Cast, ORDINARY } from "./cards.ts";
import { somebodyOutside } from "./people.ts";
import { Script } from "./script.ts";

const FIRST_CALL_MS = 500;
/** From the last step of a call to when its extensions are on hook again. */
const HANG_UP_MS = 1500;
/** How many extensions are looked at for free ones: the rest would be as busy. */
const MOST_LOOKED_AT = 64;
const MOST_BEHIND_MS = 1000;
const MINUTE_MS = 60_000;

export class Traffic {
  readonly #exchange: Exchange;
  readonly #random: Random;
  readonly #meanPauseMs: number;
  readonly #extensions: readonly Extension[];
  readonly #inUse = new Set<Extension>();
  /** The cards to come, the next one last. */
  #deck: Card[] = [];
  #nextMs = 0;

  /** @param callsPerMinute Above 0; fewer where the extensions are all busy. */
  constructor(exchange: Exchange, random: Random, callsPerMinute: number) {
    this.#exchange = exchange;
    this.#random = random;
    this.#meanPauseMs = MINUTE_MS / callsPerMinute;
    this.#extensions = [...exchange.extensions.values()];
  }

  start(): void {
    this.#deck = [...this.#newDeck(), ORDINARY];
    this.#nextMs = this.#exchange.schedule.clock.nowMs() + FIRST_CALL_MS;
    this.#waitForNext();
  }

  #waitForNext(): void {
    const { schedule } = this.#exchange;
    schedule.after(this.#nextMs - schedule.clock.nowMs(), () => {
      const nowMs = schedule.clock.nowMs();
      // Timers are late under load: what is due is caught up, but not the night a laptop slept.
      this.#nextMs = Math.max(this.#nextMs, nowMs - MOST_BEHIND_MS);
      while (this.#nextMs <= nowMs) {
        this.#playNext();
        this.#nextMs += this.#meanPauseMs * (0.5 + this.#random.next());
      }
      this.#waitForNext();
    });
  }

  /** Plays the next card, or leaves it for later where there are not enough free extensions. */
  #playNext(): void {
    if (this.#deck.length === 0) this.#deck = this.#newDeck();
    const card = this.#deck.at(-1);
    const free = card && this.#freeExtensions(card.extensions);
    if (card === undefined || free === undefined) return;
    this.#deck.pop();
    this.#play(card, free);
  }

  #play(card: Card, extensions: readonly Extension[]): void {
    const random = this.#random;
    const [a = "", b = "", c = ""] = extensions.map(({ number }) => number);
    const cast: Cast = {
      a,
      b,
      c,
      outside: somebodyOutside(random),
      another: somebodyOutside(random),
      talkMs: random.between(3000, 9000),
    };
    const steps = card.steps(cast);
    new Script(this.#exchange, { name: "random traffic", steps }, true).start();
    for (const extension of extensions) this.#inUse.add(extension);
    const lastMs = Math.max(...steps.map(({ atMs }) => atMs));
    this.#exchange.schedule.after(lastMs + HANG_UP_MS, () => {
      for (const extension of extensions) this.#inUse.delete(extension);
    });
  }

  /** Extensions that nobody uses, from a random one on. */
  #freeExtensions(count: number): Extension[] | undefined {
    const all = this.#extensions;
    const first = this.#random.between(0, all.length - 1);
    const free: Extension[] = [];
    for (let i = 0; i < Math.min(all.length, MOST_LOOKED_AT); i++) {
      const extension = all[(first + i) % all.length];
      if (extension === undefined) continue;
      if (this.#inUse.has(extension) || this.#exchange.legs.of(extension).size > 0) continue;
      free.push(extension);
      if (free.length === count) return free;
    }
    return undefined;
  }

  #newDeck(): Card[] {
    return this.#random.shuffled(CARDS.flatMap((card) => Array<Card>(card.count).fill(card)));
  }
}
