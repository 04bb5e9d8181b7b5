/** One life with TAPI over the fake exchange, from lineInitializeEx to lineShutdown. */
import assert from "node:assert/strict";
import { createFakeTapi, type FakeTapi, type FakeTapiOptions } from "../../src/fake/library.ts";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import { Session, type SessionOptions } from "../../src/session/session.ts";
import type { Signal } from "../../src/session/signals.ts";
import { Tapi } from "../../src/tapi/calls.ts";
import { makeCall } from "../../src/session/commands/dialling.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { TapiError } from "../../src/tapi/errors.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { encodeText } from "../../src/tapi/text.ts";
import { ManualClock } from "../support/clock.ts";
import { LogRecorder } from "../support/log.ts";
import { step } from "../support/session.ts";
import { NO_PLACEHOLDERS } from "../support/lines.ts";
import { TroubledTapi } from "../support/troubled.ts";

const SECOND_MS = 1000;
const TALK = step(0, "ring", { call: "a", to: "201" }) + step(500, "answer", { call: "a" });

interface LifeOptions extends Partial<SessionOptions> {
  readonly fake?: FakeTapiOptions;
  readonly scenario?: string;
  readonly library?: (fake: FakeTapi) => Partial<TapiLibrary>;
}

/** A session and what it lives on. */
class Life {
  readonly clock = new ManualClock();
  readonly fake: FakeTapi;
  readonly tapi: TroubledTapi;
  readonly signals: Signal[] = [];
  readonly #options: SessionOptions;

  constructor({ fake, scenario, library, ...options }: LifeOptions = {}) {
    const { clock } = this;
    this.fake = createFakeTapi({
      ...{ clock, polite: true, seed: 1, extensions: 3, callsPerMinute: 0 },
      ...scenario !== undefined && { scenario: parseScenario(scenario, "test") },
      ...fake,
    });
    this.tapi = new TroubledTapi({ ...this.fake, ...library?.(this.fake) });
    let lastId = 0;
    this.#options = {
      tapi: new Tapi(this.tapi.library),
      clock,
      random: () => 0,
      wanted: () => true,
      isGroup: () => false,
      vendorFeatures: true,
      placeholders: NO_PLACEHOLDERS,
      devicesAtOnce: 8,
      replyTimeoutMs: 10 * SECOND_MS,
      nextCallId: () => ++lastId,
      onSignal: (signal) => this.signals.push(signal),
      ...options,
    };
  }

  initialize(): Promise<Session> {
    return Session.initialize(this.#options);
  }

  /** A session whose lines have been tried. */
  async begun(): Promise<Session> {
    const session = await this.initialize();
    await this.settled(session.start());
    return session;
  }

  /** Lets time pass until the promise has settled. @returns How long that took. */
  async settled(promise: Promise<unknown>): Promise<number> {
    const startMs = this.clock.uptimeMs();
    let isSettled = false;
    void promise.finally(() => isSettled = true).catch(() => {});
    await this.until(() => isSettled);
    await promise;
    return this.clock.uptimeMs() - startMs;
  }

  async until(reached: () => boolean): Promise<void> {
    const endMs = this.clock.uptimeMs() + 60 * SECOND_MS;
    while (!reached()) {
      assert(this.clock.uptimeMs() < endMs, "it did not come within a minute");
      await this.clock.advanceAsync(10);
    }
  }

  /** Calls since the last look, without those that only ask. */
  takeDeeds(): string[] {
    return this.tapi.called.splice(0).filter((fn) => !/Get|Negotiate|Status/.test(fn));
  }
}

function isTalking({ signals }: Life): boolean {
  return signals.some((signal) => signal.kind === "call-state" && signal.state === "CONNECTED");
}

Deno.test("a library that cannot be initialised makes no session", async () => {
  const life = new Life();
  life.tapi.fail(LINEERR.NODRIVER, ["lineInitializeExW"]);
  await assert.rejects(life.initialize(), (error) => {
    assert(error instanceof TapiError);
    assert.equal(error.codeName, "LINEERR_NODRIVER");
    return true;
  });
});

Deno.test("a session has begun when every line has been tried, also those that cannot be opened", async () => {
  await using log = await LogRecorder.start();
  const life = new Life({ fake: { openErrors: { "202": LINEERR.ALLOCATED } } });
  const session = await life.begun();
  const statuses = [...session.lines].map(({ name, device: { status } }) => `${name} ${status}`);
  assert.deepEqual(statuses, ["201 open", "202 failed", "203 open"]);
  assert.equal(log.count(/2 lines are open/), 1);
  await life.settled(session.stop());
});

Deno.test("a provider that claims four billion devices does not keep the session busy for ever", async () => {
  const life = new Life({
    library: (fake) => ({
      async lineInitializeExW(...args) {
        const result = await fake.lineInitializeExW(...args);
        new DataView(args[4].buffer).setUint32(0, 0xffffffff, true);
        return result;
      },
      lineNegotiateAPIVersion: (...args) =>
        args[1] < 5 ? fake.lineNegotiateAPIVersion(...args) : Promise.resolve(LINEERR.NODEVICE | 0),
    }),
  });
  const session = await life.begun();
  assert.equal([...session.lines].length, 3);
  assert(life.tapi.callsOf("lineNegotiateAPIVersion") <= 20_000);
  await life.settled(session.stop());
});

Deno.test("TAPI's messages become signals, are counted, and the last one is timed", async () => {
  let messages = 0;
  const life = new Life({
    scenario: step(1000, "ring", { call: "a", to: "201" }) +
      step(2000, "answer", { call: "a" }),
    onMessages: (count) => messages += count,
  });
  const session = await life.begun();
  assert.equal(session.lastMessageAtMs, undefined);
  await life.until(() => isTalking(life));
  assert(messages >= 3, `${messages} messages`);
  assert(life.clock.uptimeMs() - session.lastMessageAtMs! < SECOND_MS);
  await life.settled(session.stop());
});

Deno.test("an orderly end gives back every call's handle, then closes the lines, then shuts TAPI down", async () => {
  const life = new Life({ scenario: TALK });
  const session = await life.begun();
  await life.until(() => isTalking(life));
  life.takeDeeds();
  await life.settled(session.stop());
  const deeds = life.takeDeeds();
  assert.deepEqual(deeds.toSorted(), [
    "lineClose",
    "lineClose",
    "lineClose",
    "lineDeallocateCall",
    "lineShutdown",
  ]);
  assert(deeds.indexOf("lineDeallocateCall") < deeds.lastIndexOf("lineClose"));
  assert.equal(deeds.at(-1), "lineShutdown");
  assert.equal(await session.ended, "stopped");
  assert(session.over);
  assert.equal(life.fake.liveHandles(), 0);
  assert.equal(life.clock.pendingTimers, 0, "nothing is left behind");
});

Deno.test("a call that the program owns continues when the session ends", async () => {
  const life = new Life();
  const session = await life.begun();
  const [line] = session.lines;
  const dialled = makeCall(
    session.requests,
    line!,
    {},
    "lineMakeCallW",
    (memory) => [line!.device.handle, memory, encodeText("202"), 0, null],
  );
  await life.settled(dialled);
  await life.settled(session.stop());
  const deeds = life.takeDeeds();
  const ofCall = deeds.indexOf("lineDeallocateCall");
  assert(ofCall >= 0 && ofCall < deeds.indexOf("lineClose"), deeds.join());
});

Deno.test("an orderly end waits for the lineGetMessage that is under way, but not for ever", async () => {
  const life = new Life();
  const session = await life.begun();
  life.tapi.hang("lineGetMessage");
  // The one that waits already returns within its second.
  const waited = life.tapi.callsOf("lineGetMessage");
  await life.until(() => life.tapi.callsOf("lineGetMessage") > waited);
  const tookMs = await life.settled(session.stop());
  assert(tookMs > SECOND_MS && tookMs < 2 * SECOND_MS, `${tookMs} ms`);
  life.tapi.release("lineGetMessage");
});

Deno.test("commands that are under way end when the session stops", async () => {
  const life = new Life({ library: () => ({ lineHold: () => Promise.resolve(4711) }) });
  const session = await life.begun();
  const [line] = session.lines;
  const waiting = session.requests.ask(line!, "lineHold", () => new Promise<void>(() => {}));
  const refused = assert.rejects(waiting, /the line was closed before the answer came/);
  assert.equal(session.outstanding, 1);
  await life.settled(session.stop());
  await refused;
  assert.equal(session.outstanding, 0);
});

Deno.test("a session that is given up asks nothing about calls and lines: their handles are dead", async () => {
  const life = new Life({ scenario: TALK });
  const session = await life.begun();
  await life.until(() => isTalking(life));
  life.takeDeeds();
  life.signals.splice(0);
  await life.settled(session.abandon());
  assert.deepEqual(life.takeDeeds(), ["lineShutdown"]);
  const reported = life.signals.map((signal) =>
    signal.kind === "line-status" ? `${signal.line.line} ${signal.status}` : signal.kind
  );
  assert.deepEqual(reported.toSorted(), ["201 closed", "202 closed", "203 closed", "call-lost"]);
});

Deno.test("TAPI is shut down once, also if stopping overtakes giving up", async () => {
  const life = new Life();
  const session = await life.begun();
  await life.settled(Promise.all([session.abandon(), session.stop()]));
  assert.equal(life.tapi.callsOf("lineShutdown"), 1);
});

Deno.test("a lineGetMessage that says that the handle is dead ends the session", async () => {
  const life = new Life();
  const session = await life.begun();
  life.tapi.fail(LINEERR.INVALAPPHANDLE, ["lineGetMessage"]);
  await life.settled(session.ended);
  assert.equal(await session.ended, "LINEERR_INVALAPPHANDLE");
  await life.settled(session.abandon());
});

Deno.test("a lineGetMessage that only fails ends the session after 10 s, with its error", async () => {
  await using log = await LogRecorder.start();
  const life = new Life();
  const session = await life.begun();
  life.tapi.fail(LINEERR.NOMEM, ["lineGetMessage"]);
  const tookMs = await life.settled(session.ended);
  assert(tookMs >= 10 * SECOND_MS, `${tookMs} ms`);
  assert.equal(await session.ended, "LINEERR_NOMEM");
  assert.equal(log.count(/lineGetMessage fails: LINEERR_NOMEM/), 1);
  await life.settled(session.abandon());
});

Deno.test("a message that cannot be handled does not keep the next one from being handled", async () => {
  await using log = await LogRecorder.start();
  const life = new Life({
    scenario: step(1000, "ring", { call: "a", to: "202" }),
    onSignal: (signal) => {
      if (signal.kind === "line-status" && signal.status === "out_of_service") {
        throw new Error("the receiver fails");
      }
      life.signals.push(signal);
    },
  });
  const session = await life.begun();
  life.fake.exchange.extensions.get("201")?.setInService(false);
  await life.until(() => life.signals.some(({ kind }) => kind === "call-state"));
  assert.equal(log.count(/the receiver fails/), 1);
  assert(!session.over);
  await life.settled(session.stop());
});
