/** The simulated exchange's own directory as a source. */
import type { Simulation } from "../bus/ports.ts";
import { type Clock, sleep } from "../clock.ts";
import type { DirectoryEntry } from "../model/directory.ts";
import type { LookedUp, Source } from "./source.ts";

export class SimulatedSource implements Source {
  readonly name = "simulated";
  readonly #simulation: Pick<Simulation, "lookUp">;
  readonly #clock: Clock;

  constructor(simulation: Pick<Simulation, "lookUp">, clock: Clock) {
    this.#simulation = simulation;
    this.#clock = clock;
  }

  fits(): boolean {
    return true;
  }

  async find({ number, e164 }: LookedUp, signal: AbortSignal): Promise<readonly DirectoryEntry[]> {
    const { entries, lateMs } = this.#simulation.lookUp(e164 ?? number);
    if (lateMs > 0) await sleep(this.#clock, lateMs, signal);
    return entries.map((entry) => ({ ...entry, source: this.name }));
  }

  check(): Promise<string> {
    return Promise.resolve("it answers");
  }

  close(): void {}
}
