/** The order in which places are given. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { DriverPlaces } from "../../../src/session/lines/places.ts";
import type { Leave } from "../../../src/semaphore.ts";

/** Takes places for drivers, and knows who has got one. */
class Room {
  readonly #places: DriverPlaces;
  readonly #leaves: [driver: string, leave: Leave][] = [];

  constructor(places: number) {
    this.#places = new DriverPlaces(places);
  }

  /** Asks for a place for each, in this order. */
  async enter(...drivers: string[]): Promise<void> {
    for (const driver of drivers) {
      void this.#places.enter(driver).then((leave) => this.#leaves.push([driver, leave]));
    }
    await setImmediate();
  }

  /** One device of the driver leaves. */
  async leave(driver: string): Promise<void> {
    const at = this.#leaves.findIndex(([other]) => other === driver);
    const [[, leave] = []] = this.#leaves.splice(at, 1);
    assert(leave, `no device of ${driver} has a place`);
    leave();
    leave();
    await setImmediate();
  }

  /** The drivers that have places, in the order in which they got them. */
  get inside(): string {
    return this.#leaves.map(([driver]) => driver).join(" ");
  }
}

const times = (count: number, driver: string) => Array<string>(count).fill(driver);

Deno.test("a driver that is alone has all places", async () => {
  const room = new Room(3);
  await room.enter(...times(5, "a"));
  assert.equal(room.inside, "a a a");
  await room.leave("a");
  assert.equal(room.inside, "a a a");
});

Deno.test("the next place goes to the driver that holds the fewest", async () => {
  const room = new Room(4);
  await room.enter(...times(8, "a"), ...times(3, "b"));
  assert.equal(room.inside, "a a a a");
  await room.leave("a");
  await room.leave("a");
  assert.equal(room.inside, "a a b b");
  await room.leave("b");
  assert.equal(room.inside, "a a b b");
});

Deno.test("a place is kept for each driver that holds none, even if all others hang", async () => {
  const room = new Room(4);
  await room.enter("b", "c");
  await room.leave("b");
  await room.leave("c");
  await room.enter(...times(9, "a"));
  assert.equal(room.inside, "a a");
  await room.enter("b", "b", "c");
  assert.equal(room.inside, "a a b c");
  await room.leave("b");
  assert.equal(room.inside, "a a c b");
});

Deno.test("no place is kept for a driver whose name is not known", async () => {
  const room = new Room(3);
  await room.enter("", "");
  await room.leave("");
  await room.leave("");
  await room.enter(...times(4, "a"));
  assert.equal(room.inside, "a a a");
});

Deno.test("more drivers than places: none waits for ever", async () => {
  const room = new Room(1);
  for (let round = 0; round < 2; round++) {
    for (let driver = 0; driver < 100; driver++) {
      await room.enter(`d${driver}`);
      await room.leave(`d${driver}`);
    }
  }
  assert.equal(room.inside, "");
});

Deno.test("no place is kept for drivers beyond the number that a server may have", async () => {
  const room = new Room(100);
  for (let driver = 0; driver < 200; driver++) {
    await room.enter(`d${driver}`);
    await room.leave(`d${driver}`);
  }
  await room.enter(...times(100, "d0"));
  assert.equal(room.inside.split(" ").length, 100 - 63, "a place is kept for 63 other drivers");
});
