/** Whether sites give signs of life, and how their clocks differ from this one. */
import type { Clock } from "../clock.ts";
import type { Link } from "./link.ts";
import { ALIVE, readAs, siteOfSubject, type Stretch, SUBJECTS } from "./wire.ts";

interface Sign extends Stretch {
  readonly heardAtMs: number;
  /** The site's uptime at that moment, or later: the sign took a while. */
  readonly siteUptimeMs: number;
}

export class Watch implements Disposable {
  readonly #clock: Clock;
  readonly #subscription: Disposable;
  readonly #signs = new Map<string, Sign>();
  readonly #startedAtMs: number;

  constructor(link: Link, clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.uptimeMs();
    this.#subscription = link.subscribe(SUBJECTS.alive("*"), (message) => {
      const alive = readAs(ALIVE, message.string());
      if (alive === undefined) return;
      const { life, incarnation, uptimeMs: siteUptimeMs } = alive;
      const heardAtMs = clock.uptimeMs();
      const site = siteOfSubject(message.subject);
      this.#signs.set(site, { life, incarnation, heardAtMs, siteUptimeMs });
    });
  }

  /** How long nothing was heard of a life of a site: at most as long as it has been listened to. */
  silentForMs(site: string, life: string): number {
    const sign = this.#signs.get(site);
    const sinceMs = sign?.life === life ? sign.heardAtMs : this.#startedAtMs;
    return this.#clock.uptimeMs() - sinceMs;
  }

  /**
   * The uptime of a site in `afterMs`, or less: never later than the site's own clock has it then.
   * `undefined` if nothing was heard of this life.
   */
  siteUptimeMs(site: string, life: string, afterMs: number): number | undefined {
    const sign = this.#signs.get(site);
    if (sign?.life !== life) return undefined;
    return sign.siteUptimeMs + this.#clock.uptimeMs() - sign.heardAtMs + afterMs;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
