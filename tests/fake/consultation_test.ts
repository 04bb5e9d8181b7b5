/** Consultations at the fake exchange that come to nothing, and what an exchange lacks. */
import assert from "node:assert/strict";
import { LINECALLFEATURE, LINECALLPRIVILEGE } from "../../src/tapi/constants.ts";
import { address, TapiApp, toU32, u32 } from "../support/wire.ts";

/** A call of 201 that somebody outside has answered. */
async function talk(app: TapiApp): Promise<number> {
  const call = await app.dial("201", "0123", 5000);
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  return call;
}

Deno.test("a conference is set up with one, and grows by one", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await talk(app);
  const [outConference, outConsult] = [u32(), u32()];
  const setUp = tapi.lineSetupConferenceW(
    call,
    app.line("201"),
    outConference,
    outConsult,
    3,
    null,
  );
  assert.equal(await app.ask(setUp), 0);
  const [conference, consultation] = [toU32(outConference), toU32(outConsult)];
  assert.equal(app.statesOf(call).at(-1), "CONFERENCED");
  assert.deepEqual(app.statesOf(conference), ["ONHOLDPENDCONF"]);
  assert.deepEqual(app.statesOf(consultation), ["DIALTONE"]);
  const early = tapi.lineAddToConference(conference, consultation);
  assert.equal(await app.ask(early), "LINEERR_INVALCALLSTATE");
  await app.ask(tapi.lineDialW(consultation, address("202"), 0), 6000);
  assert.equal(await app.ask(tapi.lineAddToConference(conference, consultation)), 0);
  assert.equal(app.statesOf(consultation).at(-1), "CONFERENCED");
  assert.equal(app.statesOf(conference).at(-1), "CONNECTED");
  await app.shutdown();
});

Deno.test("a conference of one is an ordinary call again when it is taken back", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await talk(app);
  const [outConference, outConsult] = [u32(), u32()];
  await app.ask(
    tapi.lineSetupConferenceW(call, app.line("201"), outConference, outConsult, 3, null),
  );
  await app.ask(tapi.lineDrop(toU32(outConsult), null, 0), 500);
  assert.equal(await app.ask(tapi.lineUnhold(toU32(outConference))), 0);
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  assert.equal(app.statesOf(toU32(outConference)).at(-1), "IDLE");
  await app.shutdown();
});

Deno.test("the last of a conference that is held is held too", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await talk(app);
  const [outConference, outConsult] = [u32(), u32()];
  await app.ask(tapi.lineSetupTransferW(call, outConsult, null));
  const second = toU32(outConsult);
  await app.ask(tapi.lineDialW(second, address("202"), 0), 6000);
  await app.ask(tapi.lineCompleteTransfer(call, second, outConference, 2));
  await app.ask(tapi.linePrepareAddToConferenceW(toU32(outConference), outConsult, null));
  const there = app.lastCall("202");
  await app.own(there);
  await app.ask(tapi.lineDrop(there, null, 0), 1000);
  assert.equal(app.statesOf(second).at(-1), "IDLE");
  assert.equal(app.statesOf(call).at(-1), "ONHOLD");
  await app.shutdown();
});

Deno.test("special numbers are special to every function that takes one", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await talk(app);
  const invalid = await tapi.lineBlindTransferW(call, address("904"), 0);
  assert.equal(await app.ask(Promise.resolve(invalid)), "LINEERR_INVALADDRESS");
  const refused = tapi.lineBlindTransferW(call, address("901"), 0);
  assert.equal(await app.ask(refused), "LINEERR_CALLUNAVAIL");
  assert.equal(await app.ask(tapi.lineBlindTransferW(call, address("905"), 0), 5000), undefined);
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  await app.shutdown();
});

Deno.test("a call may be picked up of a group", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  await app.dial("201", "202", 2000);
  const pickup = (extension: string, group: string | null) =>
    app.ask(
      tapi.linePickupW(
        app.line(extension),
        0,
        u32(),
        null,
        group === null ? null : address(group),
      ),
    );
  assert.equal(await pickup("205", null), "LINEERR_OPERATIONFAILED");
  assert.equal(await pickup("205", "9"), "LINEERR_INVALGROUPID");
  assert.equal(await pickup("205", "1"), 0);
  assert.equal(app.statesOf("205").at(-1), "CONNECTED");
  await app.shutdown();
});

Deno.test("the exchange neither reports nor does what it lacks", async () => {
  const { HOLD } = LINECALLFEATURE;
  const app = await TapiApp.start({ lacks: { call: HOLD } });
  const call = await talk(app);
  assert.equal((await app.callStatus(call)).dwCallFeatures & HOLD, 0);
  assert.equal((await app.addressCaps(1)).dwCallFeatures & HOLD, 0);
  assert.equal(await app.ask(app.tapi.lineHold(call)), "LINEERR_OPERATIONUNAVAIL");
  await app.shutdown();
});

Deno.test("a rude exchange hides the features of some calls from those who only monitor", async () => {
  const app = await TapiApp.start({ polite: false, seed: 1 });
  const features: [monitor: number, owner: number][] = [];
  for (let i = 0; i < 20; i++) {
    await app.makeCall("201", "202");
    await app.run(8000);
    const call = app.lastCall("202");
    const monitor = (await app.callStatus(call)).dwCallFeatures;
    await app.own(call);
    features.push([monitor, (await app.callStatus(call)).dwCallFeatures]);
    assert.equal((await app.callStatus(call)).dwCallPrivilege, LINECALLPRIVILEGE.OWNER);
    await app.ask(app.tapi.lineDrop(call, null, 0), 5000);
  }
  assert(features.every(([, owner]) => owner !== 0));
  assert(features.some(([monitor]) => monitor === 0));
  assert(features.some(([monitor, owner]) => monitor === owner));
});
