/** v2 over the whole program and the rude fake exchange: every frame is checked against the schema. */
import assert from "node:assert/strict";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import type { RecordingClient } from "../support/client.ts";
import { EventStreamReader } from "../support/event_stream.ts";
import { Follower, type Wish } from "../support/follower.ts";
import { TestProgram } from "../support/program.ts";
import { assertValid } from "../support/v2_schema.ts";

/** A follower over a connection of its own, which may be cut and begun anew. */
class Connection {
  readonly follower: Follower;
  readonly #flow: TestProgram;
  #client: RecordingClient | undefined;
  #taken = 0;

  constructor(flow: TestProgram, wish: Wish = {}) {
    this.#flow = flow;
    this.follower = new Follower(wish);
  }

  async open(): Promise<void> {
    this.#client = await this.#flow.connect("/", [V2_PROTOCOL]);
    this.#taken = 0;
    this.#client.send(this.follower.subscription);
  }

  async cut(): Promise<void> {
    this.take();
    await this.#client?.[Symbol.asyncDispose]();
  }

  /** Takes what has come; the number of the last event of it. */
  take(): number {
    const texts = this.#client?.texts ?? [];
    while (this.#taken < texts.length) this.follower.take(texts[this.#taken++] ?? "");
    return this.follower.seq;
  }
}

Deno.test("minutes of rude traffic: followers, cut ones too, believe what the server says is the case", async () => {
  await using flow = await TestProgram.start({
    args: ["--history-length", "5000"],
    callsPerMinute: 300,
    polite: false,
  });
  const whole = new Connection(flow);
  const others = [
    new Connection(flow),
    new Connection(flow, { batch: true }),
    new Connection(flow, { batch: true }),
  ];
  for (const connection of [whole, ...others]) await connection.open();
  for (let cut = 0; cut < 6; cut++) {
    const untilMs = flow.clock.nowMs() + 20_000;
    const away = others[cut % 2] ?? whole;
    await away.cut();
    await flow.pass(() => flow.clock.nowMs() >= untilMs);
    await away.open();
  }
  const latest = new Connection(flow);
  await latest.open();
  const all = [whole, ...others, latest];
  await flow.pass(() => new Set(all.map((each) => each.take())).size === 1);
  assert(whole.follower.seqs.length > 300, `${whole.follower.seqs.length} events`);
  for (const { follower } of others) {
    assert.deepEqual(
      follower.seqs,
      whole.follower.seqs.filter((seq) => seq > (follower.begunAt ?? 0)),
    );
    assert.deepEqual(follower.gaps, []);
  }
  for (const { follower } of all) assert.deepEqual(follower.state, latest.follower.state);
  const get = async (what: string) =>
    await (await fetch(`http://127.0.0.1:${flow.port}/api/v2/${what}`)).json();
  const [lines, calls] = await Promise.all([get("lines"), get("calls")]);
  for (const line of lines) assertValid("Line", line);
  for (const call of calls) assertValid("Call", call);
});

Deno.test("a call over HTTP alone: dialled, heard as a stream, seen in the state, and dropped", async () => {
  await using flow = await TestProgram.start();
  const url = `http://127.0.0.1:${flow.port}/api/v2`;
  const stream = await EventStreamReader.open(`${url}/events?line=201&events=call`);
  const [begin] = await stream.take(1);
  assert.equal(JSON.parse(begin?.data ?? "").lines.length, 1);
  const command = async (body: object) => {
    let answer: { status: number; frame: { type: string } } | undefined;
    const headers = { "content-type": "application/json" };
    void fetch(`${url}/commands`, { method: "POST", headers, body: JSON.stringify(body) })
      .then(async (response) => answer = { status: response.status, frame: await response.json() });
    await flow.pass(() => answer !== undefined);
    assertValid("ServerFrame", answer?.frame);
    return answer;
  };
  const dialled = await command({ cmd: "dial", line: "201", number: "+441632960123" });
  assert.deepEqual([dialled?.status, dialled?.frame.type], [200, "result"]);
  const states: string[] = [];
  const reading = (async () => {
    for (let item; (item = await stream.next()) !== undefined;) {
      const event = JSON.parse(item.data);
      assertValid("CallEvent", event);
      states.push(event.call.state);
      if (event.change === "ended") return;
    }
  })();
  await flow.pass(() => states.includes("CONNECTED"));
  const [call] = await (await fetch(`${url}/calls`)).json();
  assert.deepEqual([call.line, call.state, call.direction], ["201", "CONNECTED", "out"]);
  // One who takes no part in it changes nothing.
  assert.equal((await command({ cmd: "dial", line: "999", number: "1" }))?.status, 404);
  const classic = await flow.connect();
  classic.send({ cmd: "drop", line: "201" });
  await flow.pass(() => states.at(-1) === "IDLE");
  await reading;
  assert.deepEqual(await (await fetch(`${url}/calls`)).json(), []);
  await stream[Symbol.asyncDispose]();
});

Deno.test("a call that a command has made can be commanded before anything is known of it", async () => {
  // A driver that takes its time to say what a call is.
  await using flow = await TestProgram.start({
    changed: ({ lineGetCallInfoW }) => ({
      lineGetCallInfoW: (call, info) =>
        new Promise<void>((resolve) => flow.clock.setTimeout(resolve, 5000))
          .then(() => lineGetCallInfoW(call, info)),
    }),
  });
  const client = await flow.connect("/", [V2_PROTOCOL]);
  const answer = async (command: object) => {
    const answers = client.texts.length;
    client.send(command);
    await flow.pass(() => client.texts.length > answers);
    return JSON.parse(client.texts.at(-1) ?? "");
  };
  await flow.pass(() => client.texts.length === 1);
  const { result } = await answer({ cmd: "dial", line: "201", number: "+441632960123" });
  assert.deepEqual(flow.program.state.calls(), []);
  assert.deepEqual((await answer({ cmd: "drop", call: result.call })).result, {});
  assert.equal((await answer({ cmd: "drop", call: result.call + 1 })).error.code, "unknown_call");
});
