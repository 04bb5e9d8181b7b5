/**
 * Shares out the places for work on devices. Each takes a thread while its driver works, and for good
 * if the driver hangs: then it must leave places to the other drivers.
 */
import type { Leave } from "../../semaphore.ts";

/** More drivers than any server has: beyond that, their names are not believed, nor remembered. */
const MOST_DRIVERS = 64;

interface Driver {
  readonly name: string;
  /** How many of its devices have a place. */
  held: number;
  readonly waiting: ((leave: Leave) => void)[];
}

export class DriverPlaces {
  #free: number;
  readonly #drivers = new Map<string, Driver>();

  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Waits for a place; the devices of a driver get theirs in the order in which they came. The next
   * place goes to the driver that holds the fewest, and one is kept for each that holds none.
   *
   * @param name The driver's; "" as long as it is not known, for which no place is kept.
   */
  enter(name: string): Promise<Leave> {
    const driver = this.#drivers.get(name) ?? { name, held: 0, waiting: [] };
    this.#drivers.set(name, driver);
    return new Promise((resolve) => {
      driver.waiting.push(resolve);
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#free--;
      next.held++;
      next.waiting.shift()?.(this.#leave(next));
    }
  }

  #next(): Driver | undefined {
    let next: Driver | undefined;
    let kept = 0;
    for (const driver of this.#drivers.values()) {
      if (isIdle(driver)) {
        if (driver.name !== "") kept++;
      } else if (driver.waiting.length > 0 && driver.held < (next?.held ?? Infinity)) {
        next = driver;
      }
    }
    return next !== undefined && this.#free > (next.held === 0 ? 0 : kept) ? next : undefined;
  }

  #leave(driver: Driver): Leave {
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      driver.held--;
      this.#free++;
      if (isIdle(driver) && this.#drivers.size > MOST_DRIVERS) this.#drivers.delete(driver.name);
      this.#admit();
    };
  }
}

function isIdle({ held, waiting }: Driver): boolean {
  return held === 0 && waiting.length === 0;
}
