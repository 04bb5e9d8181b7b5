/** How commands reach TAPI: over the fake exchange, of which functions fail and hang as told. */
import assert from "node:assert/strict";
import { CommandFailure } from "../../../src/session/commands/errors.ts";
import type { MakeOptions } from "../../../src/session/commands/making.ts";
import type { Requests } from "../../../src/session/commands/requests.ts";
import type { TapiCall } from "../../../src/session/call.ts";
import type { TapiLine } from "../../../src/session/line.ts";
import { LINECALLFEATURE as CAN, LINECALLSTATE, LINEERR } from "../../../src/tapi/constants.ts";
import { TapiError } from "../../../src/tapi/errors.ts";
import { CallHandleOut } from "../../../src/tapi/outs.ts";
import { encodeText } from "../../../src/tapi/text.ts";
import { descriptionOf } from "../../support/lines.ts";
import { step, Telephony, type TelephonyOptions } from "../../support/session.ts";

const TALK = step(0, "ring", { call: "a", to: "201" }) + step(500, "answer", { call: "a" });
const OUTSIDE = encodeText("+441632960123");

async function talking(options: TelephonyOptions = {}): Promise<Telephony> {
  const telephony = await Telephony.start({ scenario: TALK, ...options });
  await telephony.reach("201", "CONNECTED");
  return telephony;
}

/** Lets time pass until the promise has settled. */
async function settled<T>(telephony: Telephony, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  void promise.finally(() => isSettled = true).catch(() => {});
  await telephony.until(() => isSettled);
  return await promise;
}

/** The code of the failure that a promise is rejected with. */
async function codeOf(telephony: Telephony, promise: Promise<unknown>): Promise<string> {
  try {
    await settled(telephony, promise);
  } catch (error) {
    if (error instanceof CommandFailure) return error.code;
    if (error instanceof TapiError) return error.codeName;
    throw error;
  }
  return "done";
}

function lineOf(telephony: Telephony): TapiLine {
  return telephony.deviceOf("201").lines[0]!;
}

/** Dials. */
async function dial(
  requests: Requests,
  line: TapiLine,
  options: MakeOptions = {},
): Promise<TapiCall | undefined> {
  const out = new CallHandleOut();
  const { handle } = line.device;
  const fn = "lineMakeCallW";
  const [made] = await requests.make(
    line,
    [{ handle: out }],
    options,
    fn,
    handle,
    out.memory,
    OUTSIDE,
    0,
    null,
  );
  return made;
}

Deno.test("the program becomes an owner of a call once, before it asks what the call can do", async () => {
  const asked: string[] = [];
  await using telephony = await talking({
    library: (fake) => ({
      ...fake,
      lineSetCallPrivilege(...args) {
        asked.push("privilege");
        return fake.lineSetCallPrivilege(...args);
      },
      lineGetCallStatus(...args) {
        asked.push("status");
        return fake.lineGetCallStatus(...args);
      },
    }),
  });
  const { session: { requests } } = telephony;
  const call = telephony.tapiCallOf("201");
  asked.splice(0);
  for (let times = 0; times < 2; times++) {
    const features = await settled(telephony, requests.own([call], CAN.HOLD));
    assert(features.offers(CAN.HOLD));
  }
  assert.deepEqual(asked, ["privilege", "status", "status"]);
  assert(call.owned);
});

Deno.test("a line whose calls never have a feature is refused before anything is asked", async () => {
  await using telephony = await talking({ lacks: { call: CAN.PARK } });
  const { tapi, session: { requests } } = telephony;
  const asked = tapi.callsOf("lineSetCallPrivilege") + tapi.callsOf("lineGetCallStatus");
  const refused = requests.own([telephony.tapiCallOf("201")], CAN.PARK);
  assert.equal(await codeOf(telephony, refused), "not_supported");
  assert.equal(tapi.callsOf("lineSetCallPrivilege") + tapi.callsOf("lineGetCallStatus"), asked);
});

Deno.test("a call that does not have a feature now is refused, with its state", async () => {
  await using telephony = await talking();
  const { session: { requests } } = telephony;
  const refused = settled(telephony, requests.own([telephony.tapiCallOf("201")], CAN.ANSWER));
  await assert.rejects(refused, /lacks LINECALLFEATURE_ANSWER in the state CONNECTED/);
});

Deno.test("a driver that does not say what a call can do is taken at nothing", async () => {
  await using telephony = await talking();
  const { tapi, session: { requests } } = telephony;
  tapi.fail(LINEERR.OPERATIONUNAVAIL, ["lineGetCallStatus"]);
  const call = telephony.tapiCallOf("201");
  const features = await settled(telephony, requests.own([call], CAN.ANSWER));
  assert(features.allows(CAN.ANSWER) && !features.offers(CAN.ANSWER));
  assert.equal(await settled(telephony, requests.stateOf(call)), 0);
});

Deno.test("the state of a call is the driver's, not the one that was heard last", async () => {
  await using telephony = await talking();
  const call = telephony.tapiCallOf("201");
  call.enter(LINECALLSTATE.OFFERING, 0);
  const state = await settled(telephony, telephony.session.requests.stateOf(call));
  assert.equal(state & LINECALLSTATE.CONNECTED, LINECALLSTATE.CONNECTED);
});

Deno.test("a request is done when LINE_REPLY says so, and fails as it says", async () => {
  await using telephony = await talking({ replyDelayMs: 500 });
  const { session: { requests }, clock } = telephony;
  const call = telephony.tapiCallOf("201");
  await settled(telephony, requests.own([call]));
  const startMs = clock.uptimeMs();
  await settled(telephony, requests.send([call], "lineHold", call.handle));
  assert(clock.uptimeMs() - startMs >= 500, "not when the function has returned");
  assert.equal((await telephony.reach("201", "ONHOLD")).state, "ONHOLD");
  const again = requests.send([call], "lineHold", call.handle);
  assert.equal(await codeOf(telephony, again), "LINEERR_INVALCALLSTATE");
});

Deno.test("nothing is sent to a call that has ended, whoever has its handle now", async () => {
  await using telephony = await talking();
  const { tapi, session: { calls, requests } } = telephony;
  const call = telephony.tapiCallOf("201");
  const { line, handle } = call;
  calls.delete(call);
  const { memory } = new CallHandleOut();
  const setup = "lineSetupTransferW";
  for (
    const send of [
      () => requests.send([call], "lineHold", handle),
      () => requests.sendOwning(call, "lineHold", handle),
      () => requests.own([call]),
      () => requests.make(line, [], { from: [call] }, setup, handle, memory, null),
    ]
  ) {
    assert.equal(await codeOf(telephony, send()), "no_call");
  }
  assert(!requests.isLive(call));
  const asked = ["lineHold", "lineSetCallPrivilege", "lineSetupTransferW"] as const;
  assert.deepEqual(asked.map((fn) => tapi.callsOf(fn)), [0, 0, 0]);
});

Deno.test("a call that ends between two steps is left alone by the second", async () => {
  await using telephony = await talking();
  const { tapi, session } = telephony;
  const call = telephony.tapiCallOf("201");
  tapi.hang("lineSetCallPrivilege");
  const sent = codeOf(telephony, session.requests.sendOwning(call, "lineHold", call.handle));
  await telephony.pass(100);
  session.calls.delete(call);
  tapi.release("lineSetCallPrivilege");
  assert.equal(await sent, "no_call");
  assert.equal(tapi.callsOf("lineHold"), 0);
});

Deno.test("two functions run on a line for commands, the next ones wait, another line's do not", async () => {
  await using telephony = await Telephony.start();
  const { session: { requests } } = telephony;
  const gate = Promise.withResolvers<void>();
  let running = 0;
  const ask = (line: TapiLine) =>
    requests.ask(line, "lineGetAddressStatusW", () => {
      running++;
      return gate.promise;
    });
  const [one, other] = ["201", "202"].map((name) => telephony.deviceOf(name).lines[0]!);
  const asked = [...Array.from({ length: 5 }, () => ask(one!)), ask(other!)];
  await telephony.pass(100);
  const atOnce = running;
  gate.resolve();
  await settled(telephony, Promise.all(asked));
  assert.deepEqual([atOnce, running], [3, 6]);
});

Deno.test("a line for which 64 commands wait takes no more", async () => {
  await using telephony = await Telephony.start();
  const { session: { requests } } = telephony;
  const line = lineOf(telephony);
  const gate = Promise.withResolvers<void>();
  const ask = () => requests.ask(line, "lineGetAddressStatusW", () => gate.promise);
  const asked = Promise.allSettled(Array.from({ length: 2 + 64 }, ask));
  await telephony.pass(100);
  const oneMore = await codeOf(telephony, ask());
  gate.resolve();
  const statuses = (await settled(telephony, asked)).map(({ status }) => status);
  assert.deepEqual(statuses, Array(2 + 64).fill("fulfilled"));
  assert.equal(oneMore, "provider_down");
  await settled(telephony, ask());
});

Deno.test("a command whose turn comes when nobody waits for it any more is not begun", async () => {
  await using telephony = await Telephony.start({ replyTimeoutMs: 5000 });
  const { session: { requests } } = telephony;
  const line = lineOf(telephony);
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const asked = Array.from({ length: 3 }, () =>
    codeOf(
      telephony,
      requests.ask(line, "lineGetAddressStatusW", () => {
        begun++;
        return gate.promise;
      }),
    ));
  assert.deepEqual(await Promise.all(asked), ["timeout", "timeout", "timeout"]);
  gate.resolve();
  await telephony.pass(100);
  assert.equal(begun, 2);
});

Deno.test("changes of a line's settings take turns; one whose turn comes too late is not begun", async () => {
  await using telephony = await Telephony.start({ replyTimeoutMs: 5000 });
  const { session: { requests } } = telephony;
  const line = lineOf(telephony);
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  const change = (name: string) =>
    codeOf(
      telephony,
      requests.changeSettings(line, "lineForwardW", () => {
        begun.push(name);
        return gate.promise;
      }),
    );
  const first = change("first");
  assert.equal(await change("late"), "timeout");
  const next = change("next");
  assert.deepEqual(begun, ["first"]);
  gate.resolve();
  assert.deepEqual(await Promise.all([first, next]), ["done", "done"]);
  assert.deepEqual(begun, ["first", "next"]);
});

Deno.test("a call that a command makes is the program's own, and known when the command is done", async () => {
  await using telephony = await Telephony.start();
  const { session } = telephony;
  const late = () => assert.fail("somebody waits for it");
  const made = await settled(telephony, dial(session.requests, lineOf(telephony), { late }));
  assert(made?.owned && session.requests.isLive(made));
  assert.equal(telephony.tapiCallOf("201"), made);
});

Deno.test("a driver that reports success but gives no call has failed, unless the call is optional", async () => {
  await using telephony = await Telephony.start({
    library: (fake) => ({ ...fake, lineMakeCallW: () => Promise.resolve(0) }),
  });
  const { session: { requests } } = telephony;
  const line = lineOf(telephony);
  assert.equal(await codeOf(telephony, dial(requests, line)), "LINEERR_OPERATIONFAILED");
  assert.equal(await settled(telephony, dial(requests, line, { optional: true })), undefined);
});

Deno.test("a call that is made after its command was given up is handed over, and is the program's own", async () => {
  await using telephony = await Telephony.start({ replyTimeoutMs: 5000 });
  const { session: { requests }, tapi } = telephony;
  const line = lineOf(telephony);
  const late: number[] = [];
  tapi.hang("lineMakeCallW");
  const made = dial(requests, line, { late: (calls) => late.push(...calls.map(({ id }) => id)) });
  assert.equal(await codeOf(telephony, made), "timeout");
  assert.deepEqual(late, []);
  tapi.release("lineMakeCallW");
  await telephony.until(() => late.length > 0);
  const call = telephony.tapiCallOf("201");
  assert.deepEqual(late, [call.id]);
  assert(call.owned);
});

Deno.test("a command that finds TAPI gone ends the session", async () => {
  await using telephony = await talking();
  const { session, tapi } = telephony;
  tapi.fail(LINEERR.UNINITIALIZED, ["lineHold"]);
  const call = telephony.tapiCallOf("201");
  const sent = session.requests.send([call], "lineHold", call.handle);
  assert.equal(await codeOf(telephony, sent), "LINEERR_UNINITIALIZED");
  assert(session.over);
});

Deno.test("a session that is over takes no commands", async () => {
  await using telephony = await talking();
  const { session, tapi } = telephony;
  const line = lineOf(telephony);
  await telephony.stop();
  const asked = tapi.callsOf("lineMakeCallW");
  await assert.rejects(dial(session.requests, line), /the line was closed before the answer came/);
  assert.equal(tapi.callsOf("lineMakeCallW"), asked);
});

Deno.test("waiting for a driver is by the program's clock", async () => {
  await using telephony = await Telephony.start();
  const { clock } = telephony;
  const startMs = clock.uptimeMs();
  await settled(telephony, telephony.session.requests.pause(250));
  assert(clock.uptimeMs() - startMs >= 250);
});

Deno.test("a line whose address has become another line takes no requests", async () => {
  await using telephony = await talking();
  const line = lineOf(telephony);
  const { device } = line;
  device.describe(descriptionOf(device.id, "333"), () => true);
  assert.equal(await codeOf(telephony, dial(telephony.session.requests, line)), "provider_down");
  assert(!telephony.tapi.called.includes("lineMakeCallW"));
});
