/** When and how abilities, forwards and lamps are read, over the fake exchange. */
import assert from "node:assert/strict";
import type { FakeTapi } from "../../../src/fake/library.ts";
import { LINECALLFEATURE, LINEERR } from "../../../src/tapi/constants.ts";
import type { Memory, TapiLibrary } from "../../../src/tapi/library.ts";
import { LINEADDRESSCAPS, LINECALLSTATUS, LINEDEVCAPS } from "../../../src/tapi/structs.ts";
import { sleep } from "../../../src/clock.ts";
import { step, Telephony } from "../../support/session.ts";

const RING = step(0, "ring", { call: "a", to: "201" });
const ANSWER = step(1000, "answer", { call: "a" });

/** Changes a DWORD that a function has written. */
function edit(memory: Memory, offset: number, change: (value: number) => number): void {
  const view = new DataView(memory.buffer);
  view.setUint32(offset, change(view.getUint32(offset, true)), true);
}

const FEATURES_AT = LINECALLSTATUS.fields.dwCallFeatures.offset;

/** A library whose calls report other features than they have. */
function withFeatures(change: (value: number) => number) {
  return (fake: FakeTapi): TapiLibrary => ({
    ...fake,
    async lineGetCallStatus(call, status) {
      const result = await fake.lineGetCallStatus(call, status);
      edit(status, FEATURES_AT, change);
      return result;
    },
  });
}

Deno.test("a monitor without reported features gets those that the call's state allows", async () => {
  await using telephony = await Telephony.start({
    scenario: RING + ANSWER + step(3000, "hold", { call: "a" }),
    library: withFeatures(() => 0),
  });
  assert.deepEqual((await telephony.reach("201", "OFFERING")).can, ["answer", "drop", "redirect"]);
  assert.deepEqual((await telephony.reach("201", "CONNECTED")).can, [
    "drop",
    "hold",
    "transfer",
    "consult",
    "park",
    "dtmf",
  ]);
  assert.deepEqual((await telephony.reach("201", "ONHOLD")).can, ["drop", "unhold"]);
});

Deno.test("an owner without reported features can do nothing", async () => {
  await using telephony = await Telephony.start({
    library: withFeatures(() => 0),
    scenario: RING,
  });
  const offered = await telephony.reach("201", "OFFERING");
  assert.deepEqual(offered.can, ["answer", "drop", "redirect"]);
  const { session } = telephony.supervisor;
  const [call] = session?.calls ?? [];
  assert(call);
  call.setOwned(true);
  const { extensions, legs } = telephony.fake.exchange;
  for (const leg of legs.of(extensions.get("201")!)) leg.accept();
  assert.deepEqual((await telephony.reach("201", "ACCEPTED")).can, []);
});

Deno.test("commands that the address caps lack are not offered, whatever a call reports", async () => {
  await using telephony = await Telephony.start({
    scenario: RING,
    library: (fake) => ({
      ...fake,
      async lineGetAddressCapsW(...args) {
        const result = await fake.lineGetAddressCapsW(...args);
        const { offset } = LINEADDRESSCAPS.fields.dwCallFeatures;
        edit(args[5], offset, (value) => value & ~LINECALLFEATURE.ANSWER);
        return result;
      },
    }),
  });
  assert.deepEqual((await telephony.reach("201", "OFFERING")).can, ["drop", "redirect"]);
});

Deno.test("a library without status functions leaves what can ever be done", async () => {
  await using telephony = await Telephony.start({
    scenario: RING,
    library: (fake) => ({
      ...fake,
      lineGetAddressStatusW: null,
      lineGetLineDevStatusW: null,
      lineGetCallStatus: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0),
    }),
  });
  assert.deepEqual((await telephony.reach("201", "OFFERING")).can, ["answer", "drop", "redirect"]);
  assert.deepEqual(telephony.lineOf("201").can, [
    ...["dial", "unpark", "pickup", "forward", "dnd", "lamp", "intrude"],
  ]);
});

Deno.test("a library without caps either leaves dialling, and what a call's state allows", async () => {
  await using telephony = await Telephony.start({
    scenario: step(0, "ring", { call: "a", to: "201" }),
    library: (fake) => ({
      ...fake,
      lineGetAddressStatusW: null,
      lineGetLineDevStatusW: null,
      lineGetAddressCapsW: null,
      async lineGetDevCapsW(...args) {
        const result = await fake.lineGetDevCapsW(...args);
        edit(args[4], LINEDEVCAPS.fields.dwLineFeatures.offset, () => 0);
        return result;
      },
    }),
  });
  await telephony.pass(100);
  // Without an address, a line goes by its name.
  assert.deepEqual(telephony.lineOf("Extension 201").can, ["dial", "lamp"]);
  assert.deepEqual(telephony.callOf("Extension 201").can, ["answer", "drop", "redirect"]);
});

Deno.test("the features of an unreported state are not reported with the state before", async () => {
  await using telephony = await Telephony.start({
    scenario: step(500, "ring", { call: "a", to: "201" }) + ANSWER,
    library: (fake) => ({
      ...fake,
      async lineGetCallStatus(call, status) {
        await sleep(telephony.clock, 1500, new AbortController().signal);
        return await fake.lineGetCallStatus(call, status);
      },
    }),
  });
  await telephony.reach("201", "CONNECTED");
  const [offered, connected] = telephony.callEvents().map(({ call }) => call);
  assert.deepEqual(offered?.can, ["answer", "drop", "redirect"]);
  assert.deepEqual(connected?.can, ["drop", "hold", "transfer", "consult", "park", "dtmf"]);
});

Deno.test("in a burst a call's status is not read for every state, and right in the end", async () => {
  const states = Array.from(
    { length: 20 },
    (_, index) => step(2000 + index * 10, index % 2 === 0 ? "hold" : "unhold", { call: "a" }),
  );
  let reads = 0;
  await using telephony = await Telephony.start({
    scenario: step(500, "ring", { call: "a", to: "201" }) + ANSWER + states.join(""),
    library: (fake) => ({
      ...withFeatures((value) => value & ~LINECALLFEATURE.PARK)(fake),
      async lineGetCallInfoW(call, info) {
        await sleep(telephony.clock, 200, new AbortController().signal);
        return await fake.lineGetCallInfoW(call, info);
      },
      lineGetCallStatus(call, status) {
        reads++;
        return withFeatures((value) => value & ~LINECALLFEATURE.PARK)(fake)
          .lineGetCallStatus(call, status);
      },
    }),
  });
  const { can } = await telephony.reach("201", "CONNECTED");
  assert.deepEqual(can, ["drop", "hold", "transfer", "consult", "dtmf"]);
  const readsBefore = reads;
  await telephony.pass(10_000);
  const told = telephony.callEvents().filter(({ call }) => call.state !== "OFFERING");
  const inStates = told.filter(({ change }) => change === "state");
  assert.equal(inStates.length, 21, "every state is told");
  assert(reads - readsBefore < 10, `${reads - readsBefore} status reads for 20 states`);
  assert.deepEqual(telephony.callOf("201").can, can);
  assert.equal(telephony.classicFrames().length, 22, "classic clients have a frame for each state");
});

Deno.test("TAPI's restart: provider events, lines that stay themselves, one that does not return", async () => {
  const service = { works: true, initializes: true };
  let gone = false;
  await using telephony = await Telephony.start({
    scenario: RING,
    library: (fake) => ({
      ...fake,
      lineNegotiateAPIVersion: (...args) =>
        service.works
          ? fake.lineNegotiateAPIVersion(...args)
          : Promise.resolve(LINEERR.SERVICE_NOT_RUNNING | 0),
      lineInitializeExW: (...args) =>
        service.initializes ? fake.lineInitializeExW(...args) : Promise.resolve(LINEERR.REINIT | 0),
      lineGetDevCapsW: (...args) =>
        gone && args[1] === 3
          ? Promise.resolve(LINEERR.NODEVICE | 0)
          : fake.lineGetDevCapsW(...args),
    }),
  });
  await telephony.reach("201", "OFFERING");
  const ids = telephony.tracker.lines().map(({ permanentId }) => permanentId);
  assert.equal(new Set(ids).size, 8);
  assert.equal(telephony.tracker.provider, "up");
  service.works = service.initializes = false;
  gone = true;
  await telephony.until(() => telephony.tracker.provider === "down");
  await telephony.pass(5000);
  assert.deepEqual(telephony.tracker.calls(), []);
  assert.deepEqual(telephony.tracker.lines().map(({ permanentId }) => permanentId), ids);
  assert(telephony.tracker.lines().every(({ status, can }) => status === "closed" && !can.length));
  service.works = service.initializes = true;
  const back = () =>
    telephony.tracker.lines().filter(({ permanentId }) => ids.includes(permanentId));
  await telephony.until(() => back().length === 7);
  await telephony.until(() => back().every(({ status }) => status === "open"));
  assert.deepEqual(
    back().map(({ permanentId }) => permanentId),
    ids.filter((_, index) => index !== 2),
  );
  assert.deepEqual(
    telephony.events.flatMap((event) => event.type === "provider" ? event.state : []),
    ["up", "restarting", "down", "up"],
  );
  assert.deepEqual(
    telephony.lineEvents("201").map(({ change, now }) => `${change} ${now.status}`),
    ["added closed", "status open", "settings open", "status closed", "status open"],
  );
  assert.equal(telephony.lineEvents("203").at(-1)?.change, "removed");
  // The first of all events is that TAPI is there.
  assert.equal(telephony.events[0]?.type, "provider");
});

Deno.test("lines that a provider numbers alike get ids of their own", async () => {
  const { PermanentLineGuid: guid, dwPermanentLineID: id } = LINEDEVCAPS.fields;
  const start = (permanentId: number) =>
    Telephony.start({
      library: (fake) => ({
        ...fake,
        async lineGetDevCapsW(...args) {
          const result = await fake.lineGetDevCapsW(...args);
          args[4].fill(0, guid.offset, guid.offset + guid.size);
          edit(args[4], id.offset, () => permanentId);
          return result;
        },
      }),
    });
  await using alike = await start(7);
  const ids = alike.tracker.lines().map(({ permanentId }) => permanentId);
  assert.equal(new Set(ids).size, 8);
  assert(ids.includes("Tapi2Ws fake exchange:7"));
  await using unnumbered = await start(0);
  assert(
    unnumbered.tracker.lines().some(({ permanentId }) =>
      permanentId === "Tapi2Ws fake exchange:Extension 201:201"
    ),
  );
});
