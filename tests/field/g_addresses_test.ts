/**
 * G: an extension is not one line with one address. All telephones of a user may have one address,
 * and one telephone several.
 */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { bits, type Field, fieldTest, lineError, placeOf, tokens } from "./rig.ts";

function ends(name: string): string {
  return `
    state ${name} DISCONNECTED NORMAL
    state ${name} IDLE
  `;
}

/** `0x40001000` -> the number. */
function lineOf(entry: string | undefined): number {
  return Number(/line=(0x[0-9A-F]+)/.exec(entry ?? "")?.[1]);
}

/** The permanentIds of the lines that are 201, by the device's name. */
async function twins(field: Field): Promise<readonly [first: string, second: string]> {
  const lines = (await field.lines()).filter(({ line }) => line === "201");
  const idOf = (name: string) => lines.find((line) => line.name === name)?.permanentId;
  const ids = [idOf("Line 201"), idOf("Line 202")] as const;
  assert(ids.every((id) => typeof id === "string"), JSON.stringify(lines));
  assert.notEqual(ids[0], ids[1]);
  return ids;
}

// ---- Two devices with one address

const TWO_DEVICES = {
  before: (_: unknown, script: { play(text: string): void }) => script.play("address 1 201"),
};

for (const device of [0, 1]) {
  fieldTest(
    `the permanentId dials from the device that is meant: ${device}`,
    TWO_DEVICES,
    async (field) => {
      const permanentId = (await twins(field))[device];
      await field.does({ cmd: "dial", line: permanentId, number: "0815" });
      assert.deepEqual(field.asked("lineMakeCallW").map(lineOf), [field.standin.line(device)]);
      await field.call({ state: "CONNECTED", line: "201" });
      await field.does({ cmd: "drop", line: permanentId });
      await field.none();
    },
  );
}

fieldTest("classic commands take a permanentId too", TWO_DEVICES, async (field) => {
  const [, second] = await twins(field);
  field.classic.send({ cmd: "dial", line: second, number: "0815" });
  await field.called("lineMakeCallW");
  assert.deepEqual(field.asked("lineMakeCallW").map(lineOf), [field.standin.line(1)]);
  await field.call({ state: "CONNECTED" });
  field.classic.send({ cmd: "drop", line: second });
  await field.none();
  assert.deepEqual(field.classic.frames.filter(({ error }) => error !== undefined), []);
});

fieldTest("drop by permanentId leaves the other device's call", TWO_DEVICES, async (field) => {
  const [first] = await twins(field);
  await field.talk("a", 0, "id=1 caller=0171");
  await field.talk("b", 1, "id=2 caller=0172");
  await field.does({ cmd: "drop", line: first });
  await field.becomes(async () => (await field.calls()).map(({ callId }) => callId), ["0x2"]);
});

fieldTest("filters take a permanentId", TWO_DEVICES, async (field) => {
  const [, second] = await twins(field);
  await using classic = await RecordingClient.connect(
    field.port,
    `/?line=${encodeURIComponent(second)}`,
  );
  await using v2 = await V2TestClient.connect(field.port);
  await v2.ask({ cmd: "subscribe", lines: [second] });
  await field.talk("a", 0, "id=1 caller=0171");
  await field.talk("b", 1, "id=2 caller=0172");
  await field.until(
    "both have heard it",
    () =>
      v2.events.some(({ call }) => call?.callId === "0x2") &&
      classic.frames.some(({ callerId }) => callerId === "0172"),
  );
  await v2.ask({ cmd: "ping" });
  const heard = v2.events.filter(({ type }) => type === "call").map(({ call }) => call.callId);
  assert.deepEqual([...new Set(heard)], ["0x2"]);
  assert.deepEqual([...new Set(classic.frames.map(({ callerId }) => callerId))], ["0172"]);
  field.play(ends("a") + ends("b"));
  await field.finished(2);
  const page = await field.get(`/api/v2/journal?line=${encodeURIComponent(second)}`);
  assert.deepEqual(page.entries.map(({ callId }: { callId: string }) => callId), ["0x2"]);
});

fieldTest("an extension that is two lines' dials from one of them", TWO_DEVICES, async (field) => {
  await field.does({ cmd: "dial", line: "201", number: "0815" });
  await field.call({ line: "201", state: "CONNECTED" });
});

fieldTest("the client library has both lines", TWO_DEVICES, async (field) => {
  await using library = await field.library();
  const { lines } = library.client;
  const all = [...lines.values()].flat();
  assert.equal(all.filter(({ line }) => line === "201").length, 2);
});

fieldTest("one of two lines with one extension is removed", TWO_DEVICES, async (field) => {
  await twins(field);
  field.play("close 1");
  field.standin.post(bits("LINE", "REMOVE"), 0, 1);
  await field.becomes(
    async () => (await field.lines()).map(({ line, name }) => `${line} ${name}`),
    ["201 Line 201"],
  );
  await field.talk("a", 0);
});

fieldTest("calls of two devices with one address are not swapped", TWO_DEVICES, async (field) => {
  await field.talk("a", 0, "id=1 caller=0171");
  field.play("state a ONHOLD");
  await field.talk("b", 1, "id=2 caller=0172");
  const { error } = await field.ask({ cmd: "swap", line: "201" });
  assert.equal(error?.code, "no_call");
  assert.equal(field.standin.callsOf("lineSwapHold"), 0);
  // A pair on one of them is meant, whatever the other one has.
  await field.talk("c", 0, "id=3 caller=0173");
  await field.does({ cmd: "swap", line: "201" });
});

fieldTest("a permanentId is that line's, although another one's extension is the same", {
  settings: tokens({ desk: { can: ["monitor", "control"], lines: ["202"] } }),
}, async (field) => {
  const { permanentId } = await field.line("202");
  field.play(`
    address 0 ${permanentId}
    addrstate 0 CAPSCHANGE
  `);
  await field.becomes(
    async () => (await field.lines()).map(({ line }) => line).sort(),
    ["202", permanentId].sort(),
  );
  await using desk = await V2TestClient.connect(field.port, "tapi2ws.token.desk");
  const { error } = await desk.ask({ cmd: "dial", line: permanentId, number: "0815" });
  assert.equal(error, undefined);
  assert.deepEqual(field.asked("lineMakeCallW").map(lineOf), [field.standin.line(1)]);
});

// ---- One device with two addresses

const TWO_ADDRESSES = {
  lines: 1,
  before: (_: unknown, script: { play(text: string): void }) => script.play("address 0.1 250"),
};

fieldTest("each address is a line", TWO_ADDRESSES, async (field) => {
  const lines = await field.lines();
  assert.deepEqual(lines.map(({ line }) => line).sort(), ["201", "250"]);
  assert.deepEqual(lines.map(({ status }) => status), ["open", "open"]);
  assert.equal(new Set(lines.map(({ permanentId }) => permanentId)).size, 2);
  const readyz = await field.get("/readyz");
  assert.equal(readyz.lines.open, 2);
});

fieldTest("calls of the second address are its own", TWO_ADDRESSES, async (field) => {
  await field.talk("a", "0.1", "id=1 caller=0171 called=250");
  await field.talk("b", "0.0", "id=2 caller=0172 called=201");
  assert.deepEqual((await field.calls()).map(({ line }) => line), ["250", "201"]);
  await field.classicAnswers();
  assert.deepEqual(field.cards(250), ["CONNECTED 0171 > 250"]);
  assert.deepEqual(field.cards(201), ["CONNECTED 0172 > 201"]);
  await field.does({ cmd: "drop", line: "250" });
  await field.becomes(async () => (await field.calls()).map(({ line }) => line), ["201"]);
  assert.equal((await field.entry()).line, "250");
});

fieldTest("a call that was up when the program started is its address's", {
  lines: 1,
  before: (_, script) =>
    script.play(`
      address 0.1 250
      there a 0.1
      info a origin=EXTERNAL reason=DIRECT caller=0171
    `),
}, async (field) => {
  await field.call({ line: "250", state: "CONNECTED" });
});

fieldTest("a call is reported when its address is known, and not before", {
  lines: 1,
  before: (standin, script) => {
    script.play(`
      address 0.1 250
      there a 0.1
      info a origin=EXTERNAL reason=DIRECT caller=0171
    `);
    standin.failFor({ device: 0 }, "lineGetCallInfoW", lineError("OPERATIONFAILED"), 1);
  },
  settings: tokens({ desk: { can: ["monitor", "control"], lines: ["201"] } }),
}, async (field) => {
  await field.call({ line: "250", state: "CONNECTED" });
  assert.equal((await field.get("/api/v2/calls", "desk")).length, 0);
});

fieldTest("dial from the second address", TWO_ADDRESSES, async (field) => {
  await field.does({ cmd: "dial", line: "250", number: "0815" });
  assert.match(field.asked("lineMakeCallW")[0] ?? "", /address=1 /);
  await field.call({ line: "250", state: "CONNECTED" });
  await field.does({ cmd: "drop", line: "250" });
  await field.none();
  await field.does({ cmd: "dial", line: "201", number: "0815" });
  assert.match(field.asked("lineMakeCallW")[1] ?? "", /address=0 /);
});

fieldTest("a consultation is on its call's address", TWO_ADDRESSES, async (field) => {
  await field.talk("a", "0.1", "caller=0171");
  await field.does({ cmd: "consult", line: "250", number: "0815" });
  await field.becomes(async () => (await field.calls()).map(({ line }) => line), ["250", "250"]);
});

for (
  const [cmd, fn, fields] of [
    ["unpark", "lineUnparkW", { slot: "77" }],
    ["pickup", "linePickupW", { from: "203" }],
  ] as const
) {
  fieldTest(`${cmd} to the second address`, TWO_ADDRESSES, async (field) => {
    await field.does({ cmd, line: "250", ...fields });
    assert.match(field.asked(fn)[0] ?? "", /address=1 /);
    await field.call({ line: "250", state: "CONNECTED" });
  });
}

fieldTest("forwarding is each address's own", TWO_ADDRESSES, async (field) => {
  await field.does({ cmd: "forward", line: "250", when: "busy", to: "0171" });
  assert.match(field.asked("lineForwardW")[0] ?? "", /all=0 address=1 /);
  await field.becomes(async () => (await field.line("250")).forwards, [{
    when: "busy",
    to: "0171",
  }]);
  assert.deepEqual((await field.line("201")).forwards, []);
  field.standin.addForward(placeOf(0, 0), 1, "0172");
  field.play("addrstate 0.0 FORWARD");
  await field.becomes(async () => (await field.line("201")).forwards, [{
    when: "always",
    to: "0172",
  }]);
  assert.deepEqual((await field.line("250")).forwards, [{ when: "busy", to: "0171" }]);
});

fieldTest("rights go by the address", {
  ...TWO_ADDRESSES,
  settings: tokens({
    desk: { can: ["monitor", "control"], lines: ["201"] },
    shop: { can: ["monitor", "control"], lines: ["250"] },
  }),
}, async (field) => {
  await field.talk("a", "0.1", "caller=0171");
  assert.deepEqual(await field.get("/api/v2/calls", "desk"), []);
  assert.equal((await field.get("/api/v2/calls", "shop")).length, 1);
  await using desk = await V2TestClient.connect(field.port, "tapi2ws.token.desk");
  assert.equal((await desk.ask({ cmd: "drop", line: "250" })).error?.code, "unknown_line");
  await using shop = await V2TestClient.connect(field.port, "tapi2ws.token.shop");
  assert.equal((await shop.ask({ cmd: "drop", line: "250" })).error, undefined);
  await field.none();
});

fieldTest("only the requested address is reported", {
  ...TWO_ADDRESSES,
  args: ["--lines", "250"],
}, async (field) => {
  assert.deepEqual((await field.lines()).map(({ line }) => line), ["250"]);
  field.play(`
    new a 0.0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
  `);
  await field.talk("b", "0.1", "caller=0172");
  assert.deepEqual((await field.calls()).map(({ line }) => line), ["250"]);
  await field.classicAnswers();
  assert.deepEqual(field.frames(201), []);
  field.play(ends("a") + ends("b"));
  assert.equal((await field.entry()).line, "250");
  await field.becomes(() => field.standin.liveCalls, 0);
});

fieldTest(
  "LINE_CLOSE closes every address of the device, and opens them again",
  TWO_ADDRESSES,
  async (field) => {
    await field.talk("a", "0.1", "caller=0171");
    field.play("close 0");
    await field.none();
    await field.becomes(
      async () => (await field.lines()).map(({ line, status }) => `${line} ${status}`).sort(),
      ["201 open", "250 open"],
    );
    const closed = field.v2.events.filter(({ line }) => line?.status === "closed")
      .map(({ line }) => line.line);
    assert.deepEqual([...new Set(closed)].sort(), ["201", "250"]);
    assert.equal((await field.entry()).line, "250");
  },
);

fieldTest("LINE_REMOVE removes every address of the device", TWO_ADDRESSES, async (field) => {
  assert.equal((await field.lines()).length, 2);
  field.play("close 0");
  field.standin.post(bits("LINE", "REMOVE"), 0, 0);
  await field.becomes(() => field.lines(), []);
});

fieldTest("OUTOFSERVICE is every address's of the device", TWO_ADDRESSES, async (field) => {
  field.standin.set("LINEDEVSTATUS", { dwDevStatusFlags: 0 }, 0);
  field.play("devstate 0 OUTOFSERVICE");
  await field.becomes(
    async () => (await field.lines()).map(({ line, status }) => `${line} ${status}`).sort(),
    ["201 out_of_service", "250 out_of_service"],
  );
});

fieldTest("the second address comes while the program runs", { lines: 1 }, async (field) => {
  field.play(`
    address 0.1 250
    devstate 0 CAPSCHANGE
  `);
  await field.becomes(async () => (await field.lines()).map(({ line }) => line).sort(), [
    "201",
    "250",
  ]);
  await field.talk("a", "0.1", "caller=0171");
  assert.deepEqual((await field.calls()).map(({ line }) => line), ["250"]);
});

fieldTest(
  "an address that the device does not have loses no call",
  TWO_ADDRESSES,
  async (field) => {
    field.play("new a 0");
    field.standin.set("LINECALLINFO", { dwAddressID: 9 }, field.handle("a"));
    field.play(`
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
  `);
    await field.call({ line: "201" });
  },
);

fieldTest("an address that does not report what it is does not affect the other", {
  lines: 1,
  before: (standin, script) => {
    script.play("address 0.1 250");
    standin.failFor({ device: 0 }, "lineGetAddressCapsW", bits("LINEERR", "OPERATIONFAILED"), 1);
  },
}, async (field) => {
  const lines = (await field.lines()).map(({ line }) => line);
  assert(lines.includes("250") || lines.includes("201"), lines.join());
});
