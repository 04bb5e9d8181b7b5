/** How lines are kept open, over the fake exchange whose functions fail and hang as told. */
import assert from "node:assert/strict";
import { makeCall } from "../../../src/session/commands/dialling.ts";
import { LINE, LINECALLPRIVILEGE, LINEERR, LINEMEDIAMODE } from "../../../src/tapi/constants.ts";
import { LINEDEVCAPS } from "../../../src/tapi/structs.ts";
import { LogRecorder } from "../../support/log.ts";
import { step, Telephony } from "../../support/session.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** The fake exchange's first device is not for voice. */
const DEVICE_OF_201 = 1;

/** LINE_CREATE or LINE_REMOVE: TAPI names the device in the message alone. */
function announce({ session }: Telephony, dwMessageID: number, deviceId: number): void {
  session.messages.handle({
    ...{ hDevice: 0, dwMessageID, dwCallbackInstance: 0 },
    ...{ dwParam1: deviceId, dwParam2: 0, dwParam3: 0 },
  });
}

/** What has been reported of a line: its status, with the error if there is one; or found, removed. */
function reportsOf({ signals }: Telephony, extension: string): string[] {
  return signals.flatMap((signal) => {
    if (!("line" in signal) || signal.line.line !== extension) return [];
    switch (signal.kind) {
      case "line-status":
        return signal.error === undefined ? signal.status : `${signal.status} ${signal.error}`;
      case "line-found":
      case "line-removed":
        return signal.kind;
      default:
        return [];
    }
  });
}

function statusOf(telephony: Telephony, extension: string): string {
  return telephony.deviceOf(extension).status;
}

Deno.test("a line is opened to monitor its calls, for voice, with messages that name it", async () => {
  const opened: unknown[][] = [];
  await using telephony = await Telephony.start({
    extensions: 2,
    library: (fake) => ({
      ...fake,
      lineOpenW(...args) {
        const [, deviceId, , , , instance, privileges, mediaModes] = args;
        opened.push([deviceId, instance, privileges, mediaModes]);
        return fake.lineOpenW(...args);
      },
    }),
  });
  const voice = LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE;
  assert.deepEqual(
    opened,
    [1, 2].map((id) => [
      id,
      BigInt(telephony.deviceOf(String(200 + id)).instance),
      LINECALLPRIVILEGE.MONITOR,
      voice,
    ]),
  );
  assert.deepEqual(reportsOf(telephony, "201"), ["line-found", "open"]);
});

Deno.test("a line that is not wanted is neither found nor opened", async () => {
  await using telephony = await Telephony.start({ wanted: (extension) => extension !== "202" });
  assert(!telephony.tracker.lines().some(({ line }) => line === "202"));
  assert.equal(telephony.tapi.callsOf("lineOpenW"), 7);
});

Deno.test("a line that cannot be opened is tried again after 1, 2, 4 s and so on, up to a minute", async () => {
  const attemptsMs: number[] = [];
  let refuses = true;
  await using telephony = await Telephony.start({
    extensions: 1,
    library: (fake) => ({
      ...fake,
      lineOpenW(...args) {
        attemptsMs.push(fake.exchange.schedule.clock.nowMs());
        return refuses ? Promise.resolve(LINEERR.ALLOCATED | 0) : fake.lineOpenW(...args);
      },
    }),
  });
  await telephony.pass(5 * MINUTE_MS);
  const pauses = attemptsMs.slice(1).map((atMs, i) => atMs - attemptsMs[i]!);
  // Jitter makes each of them a quarter shorter at most; here it always does.
  const expected = [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * SECOND_MS * 0.75);
  for (const [i, expectedMs] of expected.entries()) {
    assert(Math.abs(pauses[i]! - expectedMs) <= 20, `${pauses}`);
  }
  // Reported once.
  assert.deepEqual(reportsOf(telephony, "201"), ["line-found", "failed LINEERR_ALLOCATED"]);
  refuses = false;
  await telephony.until(() => statusOf(telephony, "201") === "open");
  assert.deepEqual(reportsOf(telephony, "201").slice(2), ["open"]);
});

Deno.test("another reason why a line cannot be opened is reported as well", async () => {
  await using telephony = await Telephony.start({ openErrors: { "201": LINEERR.ALLOCATED } });
  telephony.tapi.fail(LINEERR.NOTREGISTERED, ["lineOpenW"]);
  await telephony.pass(5 * SECOND_MS);
  assert.deepEqual(reportsOf(telephony, "201"), [
    "line-found",
    "failed LINEERR_ALLOCATED",
    "failed LINEERR_NOTREGISTERED",
  ]);
});

Deno.test("a line that its driver closes is opened again, soon if it was open for long", async () => {
  await using log = await LogRecorder.start();
  await using telephony = await Telephony.start();
  const closedForMs = async () => {
    telephony.fake.forceClose("201");
    await telephony.until(() => statusOf(telephony, "201") === "closed");
    const startMs = telephony.clock.nowMs();
    await telephony.until(() => statusOf(telephony, "201") === "open");
    return telephony.clock.nowMs() - startMs;
  };
  const pauses = [await closedForMs(), await closedForMs(), await closedForMs()];
  await telephony.pass(MINUTE_MS);
  pauses.push(await closedForMs());
  const seconds = pauses.map((ms) => Math.round(ms / (SECOND_MS * 0.75)));
  assert.deepEqual(seconds, [1, 2, 4, 1]);
  // Events of several lines are collected.
  await telephony.pass(SECOND_MS);
  assert.equal(log.count(/Line 201 was closed by its driver/), 4);
  assert.equal(log.count(/Line 201 is open again/), 4);
});

Deno.test("a device that is gone is not tried again until LINE_CREATE says that it is back", async () => {
  await using telephony = await Telephony.start();
  const { tapi } = telephony;
  tapi.fail(LINEERR.NODEVICE, ["lineOpenW"]);
  telephony.fake.forceClose("201");
  await telephony.until(() => statusOf(telephony, "201") === "failed");
  const attempts = tapi.callsOf("lineOpenW");
  tapi.heal();
  await telephony.pass(5 * MINUTE_MS);
  assert.equal(tapi.callsOf("lineOpenW"), attempts);
  announce(telephony, LINE.CREATE, DEVICE_OF_201);
  await telephony.until(() => statusOf(telephony, "201") === "open");
});

Deno.test("LINE_CREATE of a line that waits for its next attempt tries it at once", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  const { tapi } = telephony;
  tapi.fail(LINEERR.RESOURCEUNAVAIL, ["lineOpenW"]);
  telephony.fake.forceClose("201");
  await telephony.pass(2 * MINUTE_MS);
  tapi.heal();
  announce(telephony, LINE.CREATE, DEVICE_OF_201);
  await telephony.pass(100);
  assert.equal(statusOf(telephony, "201"), "open");
  await telephony.pass(2 * MINUTE_MS);
  // Whoever was waiting does not open it once more.
  assert.equal(tapi.callsOf("lineClose"), 0);
  assert.equal(reportsOf(telephony, "201").filter((report) => report === "open").length, 2);
});

Deno.test("LINE_CREATE of an open line leaves it alone", async () => {
  await using telephony = await Telephony.start();
  const attempts = telephony.tapi.callsOf("lineOpenW");
  const { handle } = telephony.deviceOf("201");
  announce(telephony, LINE.CREATE, DEVICE_OF_201);
  await telephony.pass(SECOND_MS);
  assert.equal(telephony.tapi.callsOf("lineOpenW"), attempts);
  assert.equal(telephony.deviceOf("201").handle, handle);
});

Deno.test("LINE_CREATE with a new device brings its line, and its calls", async () => {
  let isThere = false;
  await using telephony = await Telephony.start({
    extensions: 2,
    scenario: step(0, "ring", { call: "a", to: "202" }),
    library: (fake) => ({
      ...fake,
      lineNegotiateAPIVersion: (...args) =>
        isThere || args[1] !== 2
          ? fake.lineNegotiateAPIVersion(...args)
          : Promise.resolve(LINEERR.BADDEVICEID | 0),
    }),
  });
  assert.deepEqual(telephony.tracker.lines().map(({ line }) => line), ["201"]);
  isThere = true;
  announce(telephony, LINE.CREATE, 2);
  await telephony.reach("202", "OFFERING");
  assert.deepEqual(reportsOf(telephony, "202"), ["line-found", "open"]);
});

Deno.test("LINE_REMOVE lets a line go after its calls, and nobody opens it again", async () => {
  await using telephony = await Telephony.start({
    scenario: step(0, "ring", { call: "a", to: "201" }),
  });
  await telephony.reach("201", "OFFERING");
  telephony.signals.splice(0);
  const attempts = telephony.tapi.callsOf("lineOpenW");
  announce(telephony, LINE.REMOVE, DEVICE_OF_201);
  announce(telephony, LINE.REMOVE, DEVICE_OF_201);
  await telephony.pass(5 * MINUTE_MS);
  assert.deepEqual(reportsOf(telephony, "201"), ["closed", "line-removed"]);
  assert.equal(telephony.tracker.size, 0);
  assert.equal(telephony.tapi.callsOf("lineOpenW"), attempts);
});

Deno.test("a device that is removed while lineOpen is under way is closed when it returns", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  const { tapi } = telephony;
  tapi.hang("lineOpenW", "after its work");
  telephony.fake.forceClose("201");
  await telephony.until(() => tapi.callsOf("lineOpenW") === 2);
  announce(telephony, LINE.REMOVE, DEVICE_OF_201);
  tapi.release("lineOpenW");
  await telephony.pass(SECOND_MS);
  assert.equal(tapi.callsOf("lineClose"), 1);
  assert.deepEqual([...telephony.session.lines], []);
});

Deno.test("commands that wait for a line's driver end when the line is closed", async () => {
  await using telephony = await Telephony.start({
    library: (fake) => ({ ...fake, lineMakeCallW: () => Promise.resolve(4711) }),
  });
  const [line] = telephony.deviceOf("201").lines;
  const { requests } = telephony.session;
  const dialling = makeCall(
    requests,
    line!,
    {},
    "lineMakeCallW",
    (memory) => [line!.device.handle, memory, null, 0, null],
  );
  const refused = assert.rejects(dialling, /the line was closed before the answer came/);
  await telephony.pass(100);
  telephony.fake.forceClose("201");
  await telephony.pass(100);
  await refused;
});

Deno.test("a line whose driver reports no status is open all the same", async () => {
  await using log = await LogRecorder.start();
  await using telephony = await Telephony.start({
    library: (fake) => ({
      ...fake,
      lineSetStatusMessages: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0),
    }),
  });
  assert.equal(statusOf(telephony, "201"), "open");
  assert.equal(log.count(/Line 201 does not report its status: .*lineSetStatusMessages/), 1);
});

/** When the first lineOpenW of each of 12 devices began, if four take longer than the others. */
async function openingsMs(slowMs: number, tookMs: number): Promise<number[]> {
  const begunMs: number[] = [];
  await using telephony = await Telephony.start({
    extensions: 12,
    // One for lineGetMessage, one for the runtime, one for whatever else is to be done.
    blockingThreads: 4 + 3,
    library: (fake) => ({
      ...fake,
      async lineOpenW(...args) {
        const { clock } = fake.exchange.schedule;
        const isSlow = begunMs.push(clock.nowMs()) <= 4;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, isSlow ? slowMs : tookMs));
        return await fake.lineOpenW(...args);
      },
    }),
  });
  assert.equal([...telephony.session.lines].length, 12);
  return begunMs.map((atMs) => atMs - begunMs[0]!);
}

Deno.test("as many devices are opened at a time as threads can be spared", async () => {
  const begun = await openingsMs(1000, 1000);
  assert.deepEqual(begun, [0, 1000, 2000].flatMap((ms) => Array(4).fill(ms)));
});

Deno.test("devices that hang in lineOpen leave a function to whatever else is to be done", async () => {
  const begun = await openingsMs(20_000, 1000);
  // The others of their driver get the places that become free.
  assert.deepEqual(begun, [0, 20_000, 21_000].flatMap((ms) => Array(4).fill(ms)));
});

Deno.test("a driver whose devices all hang in lineOpen keeps no other driver's from being opened", async () => {
  const hanging = 8;
  await using telephony = new Telephony({
    extensions: 12,
    blockingThreads: 4 + 3,
    library: (fake) => ({
      ...fake,
      async lineGetDevCapsW(...args) {
        const answer = await fake.lineGetDevCapsW(...args);
        const [, deviceId, , , memory] = args;
        if (deviceId <= hanging) renameDriver(memory);
        return answer;
      },
      lineOpenW(...args) {
        return args[1] <= hanging ? new Promise<never>(() => {}) : fake.lineOpenW(...args);
      },
    }),
  });
  void telephony.supervisor.start();
  const statuses = () => telephony.tracker.lines().map(({ status }) => status);
  await telephony.until(() => statuses().filter((status) => status === "open").length === 4);
  // One that is closed later finds a place as well.
  telephony.fake.forceClose("212");
  await telephony.until(() => statusOf(telephony, "212") === "closed");
  await telephony.until(() => statusOf(telephony, "212") === "open");
});

/** Another driver is at work: its name begins with another letter. */
function renameDriver(devCaps: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(devCaps.buffer, devCaps.byteOffset);
  // A size, then an offset.
  const offset = view.getUint32(LINEDEVCAPS.fields.ProviderInfo.offset + 4, true);
  if (offset !== 0) devCaps[offset] = "X".charCodeAt(0);
}
