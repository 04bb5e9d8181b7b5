/**
 * A: a line is another one than it was. A telephone that somebody logs in at gets that user's
 * extension, and the driver says that the line was closed, or that its capabilities changed.
 */
import assert from "node:assert/strict";
import { LogRecorder } from "../support/log.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { DIAL, type Field, fieldTest, lineError, shown, tokens, WITHOUT_REDIRECT } from "./rig.ts";

const CONTROL = ["monitor", "control"];
const SETTINGS = tokens({
  anna: { can: CONTROL, lines: ["201"] },
  zoe: { can: CONTROL, lines: ["333"] },
});

/** How drivers say it. */
const WAYS = {
  "LINE_CLOSE": "close 0",
  "LINE_ADDRESSSTATE CAPSCHANGE": "addrstate 0 CAPSCHANGE",
  "LINE_LINEDEVSTATE CAPSCHANGE": "devstate 0 CAPSCHANGE",
} as const;

/** Zoe logs in at Anna's telephone. */
async function becomesZoes(field: Field, way: string): Promise<void> {
  field.standin.setDevice(0, "Zoe");
  field.play(`
    address 0 333
    ${way}
  `);
  await field.becomes(
    async () => (await field.lines()).map(({ line }) => line).sort(),
    ["202", "333"],
  );
  await field.until("it is open", async () => (await field.line("333")).status === "open");
}

for (const [name, way] of Object.entries(WAYS)) {
  fieldTest(`${name}: the line is Zoe's, and Anna's is gone`, {}, async (field) => {
    await becomesZoes(field, way);
    const changes = field.v2.events.filter(({ type, line }) =>
      type === "line" && ["201", "333"].includes(line.line)
    ).map(({ change, line }) => `${change} ${line.line}`);
    assert.deepEqual(
      changes.filter((change) => /removed|added/.test(change)),
      ["removed 201", "added 333"],
    );
    assert.equal((await field.line("333")).name, "Zoe");
    await field.talk("a", 0, "caller=0171 called=333");
    assert.deepEqual((await field.calls()).map(({ line }) => line), ["333"]);
    await field.classicAnswers();
    assert.deepEqual(field.frames(201), []);
    assert.deepEqual(field.cards(333), ["CONNECTED 0171 > 333"]);
  });

  fieldTest(`${name}: commands name Zoe's line, and rights are hers`, {
    settings: SETTINGS,
  }, async (field) => {
    await using anna = await V2TestClient.connect(field.port, "tapi2ws.token.anna");
    await using zoe = await V2TestClient.connect(field.port, "tapi2ws.token.zoe");
    for (const client of [anna, zoe]) await client.ask({ cmd: "subscribe" });
    await becomesZoes(field, way);
    await field.talk("a", 0, "caller=0171 called=333");
    await zoe.until(() => zoe.events.find(({ call }) => call?.state === "CONNECTED"));
    // Behind what both were sent.
    await anna.ask({ cmd: "ping" });
    assert.deepEqual(anna.events.filter(({ type }) => type === "call"), []);
    assert.deepEqual(await field.get("/api/v2/calls", "anna"), []);
    assert.equal((await field.get("/api/v2/calls", "zoe")).length, 1);
    assert.equal((await zoe.ask({ cmd: "drop", line: "333" })).error, undefined);
    await field.none();
    assert.equal((await field.get("/api/v2/journal", "anna")).entries.length, 0);
    assert.equal((await field.get("/api/v2/journal", "zoe")).entries.length, 1);

    await field.does({ cmd: "dial", line: "333", number: "0815" });
    await field.call({ line: "333", state: "CONNECTED" });
    assert.equal(
      (await field.ask({ cmd: "dial", line: "201", number: "0" })).error?.code,
      "unknown_line",
    );
  });

  if (way === WAYS.LINE_CLOSE) continue;
  fieldTest(`${name}: a dial that is pending goes on at Zoe's line`, {}, async (field) => {
    const { answer } = await field.dialling("x");
    await becomesZoes(field, way);
    field.standin.releaseReplies();
    field.play("state x DIALING");
    await field.call({ line: "333", state: "DIALING" });
    assert.equal((await answer).error, undefined);
  });

  fieldTest(`${name}, then LINE_CLOSE: a dial that is pending fails`, {}, async (field) => {
    const { answer } = await field.dialling("x");
    await becomesZoes(field, way);
    field.play("close 0");
    assert.equal((await answer).error?.code, "provider_down");
  });

  fieldTest(
    `${name}: a call that is up goes with its line`,
    { settings: SETTINGS },
    async (field) => {
      await field.talk("a", 0);
      await becomesZoes(field, way);
      await field.call({ line: "333", state: "CONNECTED", caller: shown("0171") });
      assert.deepEqual(await field.get("/api/v2/calls", "anna"), []);
      await field.classicAnswers();
      assert.deepEqual(field.cards(201), []);
      assert.deepEqual(field.cards(333), ["CONNECTED 0171 > "]);
      field.play(`
      state a DISCONNECTED NORMAL
      state a IDLE
    `);
      await field.none();
      await field.classicAnswers();
      assert.deepEqual(field.cards(333), []);
    },
  );

  fieldTest(`${name}: nothing changed, and nothing is told`, {}, async (field) => {
    await field.talk("a", 0);
    const opened = field.standin.callsOf("lineOpenW");
    const described = field.standin.callsOf("lineGetAddressCapsW");
    field.play(way);
    await field.called("lineGetAddressCapsW", described + 1);
    await field.settled();
    assert.deepEqual(
      field.v2.events.filter(({ type, change }) => type === "line" && /removed|added/.test(change)),
      [],
    );
    assert.equal(field.standin.callsOf("lineOpenW"), opened);
    assert.equal((await field.calls("201")).length, 1);
  });

  fieldTest(
    `${name}: a driver that does not answer now leaves the line as it was`,
    {},
    async (field) => {
      const asked = field.standin.callsOf("lineGetAddressCapsW");
      field.standin.failFor({ device: 0 }, "lineGetAddressCapsW", lineError("OPERATIONFAILED"), 1);
      field.play(way);
      await field.called("lineGetAddressCapsW", asked + 1);
      await field.settled();
      assert.deepEqual((await field.lines()).map(({ line }) => line).sort(), ["201", "202"]);
      await field.talk("a", 0);
      assert.equal((await field.calls("201")).length, 1);
    },
  );

  fieldTest(`${name}: another label is no other line`, {}, async (field) => {
    field.standin.setDevice(0, "Zoe");
    field.play(way);
    await field.becomes(async () => (await field.line("201")).name, "Zoe");
    assert.deepEqual(
      field.v2.events.filter(({ type, change }) => type === "line" && /removed|added/.test(change)),
      [],
    );
  });
}

for (const [name, way] of Object.entries(WAYS)) {
  fieldTest(`${name}: two telephones change places`, {}, async (field) => {
    field.play(`
      address 0 202
      address 1 201
      ${way}
      ${way.replace(" 0", " 1")}
    `);
    const whose = async () => {
      const lines = await field.lines();
      return Object.fromEntries(lines.map(({ line, name }) => [line, name]));
    };
    await field.becomes(whose, { 201: "Line 202", 202: "Line 201" });
    await field.until(
      "both are open",
      async () => (await field.lines()).every(({ status }) => status === "open"),
    );
    await field.talk("a", 0, "caller=0171");
    assert.deepEqual((await field.calls()).map(({ line }) => line), ["202"]);
  });
}

fieldTest("LINE_CLOSE: what the line can do is read again with what it is", {}, async (field) => {
  await field.becomes(async () => (await field.line("201")).can.includes("forward"), true);
  for (const struct of ["LINEADDRESSCAPS", "LINEADDRESSSTATUS"] as const) {
    field.standin.set(struct, { dwAddressFeatures: 0x2 }, 0); // MAKECALL
  }
  field.standin.set("LINEADDRESSCAPS", { dwCallFeatures: WITHOUT_REDIRECT }, 0);
  field.standin.set("LINEDEVCAPS", { dwLineFeatures: 0x8 }, 0); // MAKECALL
  field.play("close 0");
  await field.becomes(async () => (await field.line("201")).can, ["dial"]);
});

fieldTest("a line that becomes one which is not wanted is let go", {
  args: ["--lines", "20*"],
}, async (field) => {
  field.play(`
    address 0 333
    addrstate 0 CAPSCHANGE
  `);
  await field.becomes(async () => (await field.lines()).map(({ line }) => line), ["202"]);
  await field.becomes(() => field.standin.openLines, 1);
  await field.classicAnswers();
  assert.deepEqual(field.frames(333), []);
});

fieldTest("REINIT finds the lines as they are now", {}, async (field) => {
  field.standin.setDevice(0, "Zoe");
  field.play("address 0 333");
  field.standin.post(8, 0, 0x40000);
  await field.becomes(
    async () => (await field.lines()).map(({ line }) => line).sort(),
    ["202", "333"],
  );
});

fieldTest("the log says that the line is another one", {}, async (field) => {
  await using log = await LogRecorder.start();
  await becomesZoes(field, WAYS["LINE_ADDRESSSTATE CAPSCHANGE"]);
  assert(
    log.lines.some((line) => line.includes("201") && line.includes("333")),
    log.lines.join("\n"),
  );
});

fieldTest("a call that was being dialled is the line's that the telephone is now", {
  settings: SETTINGS,
}, async (field) => {
  await using anna = await V2TestClient.connect(field.port, "tapi2ws.token.anna");
  await anna.ask({ cmd: "subscribe" });
  const { answer } = await field.dialling("x");
  await becomesZoes(field, WAYS["LINE_ADDRESSSTATE CAPSCHANGE"]);
  field.standin.releaseReplies();
  field.play("state x RINGBACK");
  await field.call({ line: "333", state: "RINGBACK", called: shown("0815") });
  await answer;
  await anna.ask({ cmd: "ping" });
  assert.deepEqual(anna.events.filter(({ type }) => type === "call"), []);
  // It ends with the device, as every call of it.
  field.play("close 0");
  assert.equal((await field.entry()).line, "333");
  await field.none();
});

fieldTest("a call that was being dialled on a line that is not wanted any more is given back", {
  args: ["--lines", "2*"],
  before: (_, script) => script.play("address 0.1 250"),
}, async (field) => {
  const { answer } = await field.dialling("x");
  field.play(`
    address 0 333
    addrstate 0 CAPSCHANGE
  `);
  await field.becomes(
    async () => (await field.lines()).map(({ line }) => line).sort(),
    ["202", "250"],
  );
  field.standin.releaseReplies();
  assert.equal((await answer).error?.code, "tapi_error");
  await field.becomes(() => field.standin.liveCalls, 0);
  assert.deepEqual(await field.calls(), []);
});

fieldTest(
  "a call that was dialled stays one that goes out, whatever line it is on",
  {},
  async (field) => {
    field.standin.dialScript(DIAL.NOTHING);
    const { call: dialled } = await field.does({ cmd: "dial", line: "201", number: "0815" });
    field.play(`
    made x 0
    info x origin=INBOUND reason=DIRECT
    state x CONNECTED ACTIVE
  `);
    await field.call({ id: dialled, direction: "out", called: shown("0815") });
    await becomesZoes(field, WAYS["LINE_ADDRESSSTATE CAPSCHANGE"]);
    await field.call({ line: "333", direction: "out", called: shown("0815") });
  },
);
