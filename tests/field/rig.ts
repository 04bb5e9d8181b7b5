/**
 * The whole program over the native stand-in, as those outside see it: a driver that plays scripts on
 * one side; on the other classic and v2 clients, the HTTP API and the journal.
 *
 * Real bytes and real sockets; the program's clock runs fast. What is right in each class of
 * situation stands in the file of the class.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { FastClock } from "../support/clock.ts";
import { type Frame, RecordingClient } from "../support/client.ts";
import { PATIENCE_MS, socketTurn } from "../support/patience.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { nativeTest, type Rig } from "../native/rig.ts";
import { bits, Script } from "../native/script.ts";
import { DIAL, REPLY, type StandIn } from "../native/standin.ts";

export { bits } from "../native/script.ts";
export { DIAL, placeOf, REPLY, type StandIn } from "../native/standin.ts";

/** Everything that a call can do but REDIRECT: where ringing calls can be redirected, pickup works. */
export const WITHOUT_REDIRECT = 0xffffffff & ~bits("LINECALLFEATURE", "REDIRECT");

/** So many times as fast as life runs the program's clock, unless a test says otherwise. */
const SPEED = 10;

// deno-lint-ignore no-explicit-any -- objects of the wire, which V2TestClient checks
type Wire = any;

/** A call that has not ended, as `GET /api/v2/calls` shows it. */
export type LiveCall = Wire;

export interface FieldOptions {
  /** Voice lines, with extensions from 201 on; 2 unless said otherwise. */
  readonly lines?: number;
  /** How fast the program's clock runs. */
  readonly speed?: number;
  /** Prepares the driver before the program starts. */
  readonly before?: (standin: StandIn, script: Script) => void;
  readonly args?: readonly string[];
  /** The settings file, TOML. */
  readonly settings?: string;
  /** Whether handles may be lost, because the driver takes them away. */
  readonly dies?: boolean;
}

/** A test of what comes of what a driver does. */
export function fieldTest(
  name: string,
  options: FieldOptions,
  run: (field: Field) => Promise<void>,
): void {
  const { lines = 2, speed = SPEED, before, ...rest } = options;
  let script: Script | undefined;
  const clock = new FastClock(speed);
  nativeTest(name, { voiceLines: lines }, async (rig) => {
    await using field = await Field.start(rig, script ?? new Script(rig.standin), clock, lines);
    await run(field);
  }, {
    ...rest,
    clock,
    before: (standin) => {
      script = new Script(standin);
      before?.(standin, script);
    },
  });
}

export class Field implements AsyncDisposable {
  /** A classic client that hears every line. */
  readonly classic: RecordingClient;
  readonly standin: StandIn;
  readonly #lamps = new Set<number>();
  #errors = 0;

  private constructor(
    readonly rig: Rig,
    /** A v2 client that has subscribed to everything. */
    readonly v2: V2TestClient,
    readonly script: Script,
    readonly clock: FastClock,
    readonly devices: number,
  ) {
    this.classic = rig.client;
    this.standin = rig.standin;
  }

  static async start(
    rig: Rig,
    script: Script,
    clock: FastClock,
    devices: number,
  ): Promise<Field> {
    const v2 = await V2TestClient.connect(rig.program.server.port);
    await v2.ask({ cmd: "subscribe" });
    return new Field(rig, v2, script, clock, devices);
  }

  get port(): number {
    return this.rig.program.server.port;
  }

  /** The driver does this. @param script See tests/native/script.ts. */
  play(script: string): void {
    this.script.play(script);
  }

  /**
   * As {@linkcode play}, one part after another: the statement `then` waits until the clients know
   * what came before it. What is told of a call is read when its message is worked off, and lines are
   * worked off side by side.
   */
  async scene(script: string): Promise<void> {
    for (const part of script.split(/^\s*then\s*$/m)) {
      this.play(part);
      for (let device = 0; device < this.devices; device++) await this.settled(device);
    }
  }

  /** The HCALL that scripts call so. */
  handle(name: string): number {
    return this.script.call(name);
  }

  /** What the API answers. @param token Whose rights count; everyone's when left out. */
  async get(path: string, token?: string): Promise<Wire> {
    const headers: Record<string, string> = token === undefined
      ? {}
      : { authorization: `Bearer ${token}` };
    return await (await fetch(`http://127.0.0.1:${this.port}${path}`, { headers })).json();
  }

  /** The calls that have not ended, of a line where one is named. */
  async calls(line?: string): Promise<LiveCall[]> {
    const calls: LiveCall[] = await this.get("/api/v2/calls");
    return calls.filter((call) => line === undefined || call.line === line);
  }

  async lines(): Promise<Wire[]> {
    return await this.get("/api/v2/lines");
  }

  /** The only line of that extension. */
  async line(extension: string): Promise<Wire> {
    const lines = (await this.lines()).filter(({ line }) => line === extension);
    assert.equal(lines.length, 1, `${lines.length} lines are ${extension}`);
    return lines[0];
  }

  /** The finished calls, oldest first. */
  async journal(): Promise<Wire[]> {
    return (await this.get("/api/v2/journal")).entries.toReversed();
  }

  /** Waits until so many calls have finished. @returns Them, oldest first. */
  async finished(count: number): Promise<Wire[]> {
    await this.becomes(async () => (await this.journal()).length, count);
    return await this.journal();
  }

  /** Waits until one call has finished. @returns Its entry in the journal. */
  async entry(): Promise<Wire> {
    return (await this.finished(1))[0];
  }

  /**
   * Waits until the only call, of a line where one is named, has these members.
   *
   * @returns The call.
   */
  async call(expected: Record<string, unknown> = {}, line?: string): Promise<LiveCall> {
    let call: LiveCall;
    await this.becomes(async () => {
      const calls = await this.calls(line);
      call = calls.length === 1 ? calls[0] : undefined;
      return call === undefined ? `${calls.length} calls` : pick(call, expected);
    }, expected);
    return call;
  }

  /** Waits until there is no call, on a line where one is named. */
  async none(line?: string): Promise<void> {
    await this.becomes(async () => (await this.calls(line)).map(({ state }) => state), []);
  }

  /** Waits until it is as expected, and says what it is where it does not become so. */
  async becomes(look: () => unknown | Promise<unknown>, expected: unknown): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const actual = await look();
      if (same(actual, expected)) return;
      if (performance.now() > endMs) assert.deepEqual(actual, expected);
      await socketTurn();
    }
  }

  /** Waits until it is so. @param what Says what is waited for. */
  async until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
    await this.becomes(async () => await reached() ? what : `not: ${what}`, what);
  }

  /** Gives a v2 command. @returns The result, or the error. */
  async ask(command: object): Promise<Wire> {
    const { result, error } = await this.v2.ask(command);
    return result ?? { error };
  }

  /** Gives a v2 command that must be carried out. @returns Its result. */
  async does(command: object): Promise<Wire> {
    const answer = await this.ask(command);
    assert.equal(answer.error, undefined, JSON.stringify({ command, ...answer }));
    return answer;
  }

  /** Waits until a v2 client has been told so many events of a kind. @returns Them. */
  async told(wanted: (event: Wire) => boolean, count = 1): Promise<Wire[]> {
    const events = () => this.v2.events.filter(wanted);
    await this.until(`${count} events`, () => events().length >= count);
    return events();
  }

  /**
   * Waits until everything that the driver has said of a device so far has come to the clients: the
   * line's message lamp comes after it.
   */
  async settled(device = 0): Promise<void> {
    // The extension may change, and several addresses have one lamp.
    const name = `Line ${201 + device}`;
    const lamps = () =>
      this.v2.events.filter(({ type, change, line }) =>
        type === "line" && change === "message_lamp" && line.name === name
      ).length;
    const before = lamps();
    const isLit = this.#lamps.delete(device);
    if (!isLit) this.#lamps.add(device);
    this.play(`devstate ${device} ${isLit ? "MSGWAITOFF" : "MSGWAITON"}`);
    await this.until("the lamp's event", () => lamps() > before);
    await this.classicAnswers();
  }

  /** Waits until the classic client has been sent what was told so far: an error comes after it. */
  async classicAnswers(): Promise<void> {
    const errors = ++this.#errors;
    this.classic.send({ cmd: `no such command ${errors}` });
    await this.classic.until(() =>
      this.classic.frames.some(({ error }) => error?.message.includes(`command ${errors}`))
    );
  }

  /** Lets so much time pass by the program's clock. */
  async pass(seconds: number): Promise<void> {
    await new Promise<void>((resolve) => this.clock.setTimeout(resolve, seconds * 1000));
  }

  /** The classic frames of a line so far, without errors. */
  frames(line: number | string = 201): Frame[] {
    return this.classic.frames.filter((frame) => frame.line === line);
  }

  /** The cards that a classic page shows for a line that uses `callId` as the key of its cards. */
  cards(line: number | string = 201): string[] {
    const cards = new Map<string, string>();
    for (const { callId = "", state = "", callerId, calledId } of this.frames(line)) {
      if (state === "IDLE") cards.delete(callId);
      else cards.set(callId, `${state} ${callerId} > ${calledId}`);
    }
    return [...cards.values()];
  }

  /** The client library, as the server serves it, connected. */
  async library(): Promise<{ client: Wire } & AsyncDisposable> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/client.js`)).text();
    const { connect } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    const client = connect(`ws://127.0.0.1:${this.port}/`);
    await client.ready;
    return {
      client,
      async [Symbol.asyncDispose]() {
        await client.close();
      },
    };
  }

  /**
   * The program dials by command, and the driver does not reply before `standin.releaseReplies()`.
   *
   * @param name What scripts call the call.
   * @returns The answer to the command, as soon as there is one.
   */
  async dialling(
    name: string,
    { device = 0, number = "0815" } = {},
  ): Promise<{ readonly answer: Promise<Wire> }> {
    const { standin } = this;
    const pending = standin.pendingReplies;
    standin.dialScript(DIAL.NOTHING);
    standin.replyMode(REPLY.LATE);
    const answer = this.ask({ cmd: "dial", line: String(201 + device), number });
    await this.until("the driver is asked to dial", () => standin.pendingReplies > pending);
    standin.replyMode(REPLY.AT_ONCE);
    this.play(`made ${name} ${device}`);
    return { answer };
  }

  /** Waits until a TAPI function was called so often. */
  async called(fn: string, times = 1): Promise<void> {
    await this.until(`${fn} ${times} times`, () => this.standin.callsOf(fn) >= times);
  }

  /** Who calls the line: a call with this HCALL's name is told and talked in. */
  async talk(name: string, place: string | number = 0, members = "caller=0171"): Promise<void> {
    const known = (await this.calls()).length;
    this.play(`
      new ${name} ${place}
      info ${name} origin=EXTERNAL reason=DIRECT ${members}
      state ${name} OFFERING ACTIVE
      state ${name} CONNECTED ACTIVE
    `);
    await this.until(`${name} is CONNECTED`, async () => {
      const calls = await this.calls();
      return calls.length === known + 1 && calls.at(-1)?.state === "CONNECTED";
    });
  }

  /** How often a TAPI function was called, and the calls of it. */
  asked(fn: string): string[] {
    return this.standin.log.filter((entry) => entry.startsWith(`${fn}(`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.v2[Symbol.asyncDispose]();
  }
}

/** The members of an object that another one has. */
export function pick(object: Wire, like: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((key) => [key, object?.[key]]));
}

/** A party as it is shown. */
export function shown(number: string, name = ""): Record<string, string> {
  return { number, name, presentation: "shown" };
}

/** Settings in which everybody may do everything, and each token what stands behind it. */
export function tokens(
  grants: Readonly<
    Record<string, { readonly can: readonly string[]; readonly lines: readonly string[] }>
  >,
): string {
  const everybody = { can: ["monitor", "control"], lines: ["*"] };
  const table = ({ can, lines }: typeof everybody | typeof grants[string]) =>
    `can = ${JSON.stringify(can)}\nlines = ${JSON.stringify(lines)}\n`;
  const rules = Object.entries(grants).map(([token, grant]) => {
    const sha256 = createHash("sha256").update(token).digest("hex");
    return `[[token]]\nname = "${token}"\nsha256 = "${sha256}"\n${table(grant)}`;
  });
  return [`[anonymous]\n${table(everybody)}`, ...rules].join("\n");
}

/** The value of a LINEERR_ name. */
export function lineError(name: string): number {
  return bits("LINEERR", name);
}

function same(actual: unknown, expected: unknown): boolean {
  try {
    assert.deepEqual(actual, expected);
    return true;
  } catch {
    return false;
  }
}
