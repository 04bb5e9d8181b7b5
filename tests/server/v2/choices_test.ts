/**
 * Clients change what they hear, and who they are, at random moments: a model says which events each
 * must have heard, and in which order.
 */
import assert from "node:assert/strict";
import { type BusEvent, EVENT_KINDS } from "../../../src/model/event.ts";
import { Random } from "../../../src/fake/random.ts";
import { type Identity, permits } from "../../../src/server/access/identity.ts";
import type { Subscription } from "../../../src/server/v2/feed.ts";
import { callEvent, lineEvent } from "../../support/events.ts";
import { ANYONE } from "../../support/identity.ts";
import { type Reader, Rig, turn } from "./rig.ts";

const RUNS = 40;
const STEPS = 200;
const CLIENTS = 6;
const HISTORY = 30;
const LINES = ["201", "202", "301"];
const IDENTITIES: Readonly<Record<string, Identity>> = {
  anyone: ANYONE,
  one: { name: "one", can: ["monitor"], lines: ["201"] },
  several: { name: "several", can: ["monitor", "control"], lines: ["20*"] },
  deaf: { name: "deaf", can: ["control"], lines: ["*"] },
};

/** A client, and what it must have heard. */
class Modelled {
  readonly expected: number[] = [];
  #identity = ANYONE;
  #wanted: Subscription | undefined;

  constructor(readonly reader: Reader) {}

  get heard(): number[] {
    const frames = this.reader.socket.sent.flatMap((text) => JSON.parse(text));
    return frames.flatMap(({ type, seq }) => EVENT_KINDS.includes(type) ? seq : []);
  }

  expect(event: BusEvent): void {
    if (this.#wanted === undefined) return;
    const { lines, events = EVENT_KINDS } = this.#wanted;
    if (!events.includes(event.type)) return;
    const isHeard = event.type === "provider" ||
      ((lines?.includes(event.line) ?? true) && permits(this.#identity, "monitor", event.line));
    if (isHeard) this.expected.push(event.seq);
  }

  async subscribe(random: Random, { bus: { epoch, seq } }: Rig, past: BusEvent[]): Promise<void> {
    const wanted: Subscription = {
      ...random.oneIn(2) && { lines: LINES.filter(() => random.oneIn(2)) },
      ...random.oneIn(2) && { events: EVENT_KINDS.slice(random.between(0, 2)) },
      batch: random.oneIn(2),
    };
    const resume = random.oneIn(2) ? { epoch, seq: random.between(0, seq) } : undefined;
    await this.reader.say({ cmd: "subscribe", ...wanted, ...resume && { resume } });
    if (!this.#identity.can.includes("monitor")) return;
    this.#wanted = wanted;
    if (resume === undefined || seq - resume.seq > HISTORY) return;
    for (const event of past.slice(resume.seq)) this.expect(event);
  }

  async unsubscribe(): Promise<void> {
    await this.reader.say({ cmd: "unsubscribe" });
    this.#wanted = undefined;
  }

  /** @param meanwhile Happens while it is found out whom the token belongs to. */
  async become(token: string, meanwhile: () => void): Promise<void> {
    const proved = this.reader.say({ cmd: "auth", token });
    meanwhile();
    await proved;
    this.#identity = IDENTITIES[token] ?? ANYONE;
    if (!this.#identity.can.includes("monitor")) this.#wanted = undefined;
  }
}

function anyEvent(random: Random): Parameters<Rig["bus"]["publish"]>[0] {
  const line = random.pick(LINES);
  if (random.oneIn(10)) return { type: "provider", atMs: 0, state: "up" };
  return random.oneIn(4) ? lineEvent({ line }) : callEvent({ line });
}

Deno.test("whatever clients choose in turn, and whoever they become, they hear just that, in order", async () => {
  const identify = (token: string) => IDENTITIES[token];
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new Random(seed);
    const rig = new Rig({ historyLength: HISTORY, identify });
    const past: BusEvent[] = [];
    rig.bus.subscribe((event) => void past.push(event));
    const clients = Array.from({ length: CLIENTS }, () => new Modelled(rig.connect()));
    const publish = () => {
      rig.bus.publish(anyEvent(random));
      for (const client of clients) for (const event of past.slice(-1)) client.expect(event);
    };
    for (let step = 0; step < STEPS; step++) {
      const client = random.pick(clients);
      const act = random.between(0, 19);
      if (act < 3) await client.subscribe(random, rig, past);
      else if (act === 3) await client.unsubscribe();
      else if (act === 4) await client.become(random.pick(Object.keys(IDENTITIES)), publish);
      else if (act < 7) await client.reader.say({ cmd: "ping" });
      else if (act < 10) await turn();
      else publish();
    }
    await turn();
    for (const { heard, expected } of clients) assert.deepEqual(heard, expected, `seed ${seed}`);
    assert(clients.some(({ expected }) => expected.length > 20));
  }
});
