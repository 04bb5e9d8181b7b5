/**
 * J: a device that fails before it has a name is there all the same, and whoever runs the server must
 * be able to find out why nothing is heard of it.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, lineError } from "./rig.ts";

async function troubles(field: Field): Promise<string[]> {
  const { troubles } = await field.get("/readyz");
  return troubles.map(({ line, error }: { line: string; error?: string }) => `${line}: ${error}`);
}

for (
  const [fn, error] of [
    ["lineNegotiateAPIVersion", "INCOMPATIBLEAPIVERSION"],
    ["lineNegotiateAPIVersion", "NODRIVER"],
    ["lineNegotiateAPIVersion", "OPERATIONFAILED"],
    ["lineGetDevCapsW", "OPERATIONFAILED"],
    ["lineGetDevCapsW", "NODRIVER"],
  ] as const
) {
  fieldTest(`a device is told by its number where ${fn} says ${error}`, {
    before: (standin) => standin.failFor({ device: 1 }, fn, lineError(error)),
  }, async (field) => {
    await field.becomes(() => troubles(field), [`device 1: LINEERR_${error}`]);
    const { lines } = await field.get("/readyz");
    assert.deepEqual([lines.open, lines.failed], [1, 1]);
    const told = (await field.lines()).find(({ line }) => line === "device 1");
    assert.deepEqual([told?.status, told?.error], ["failed", `LINEERR_${error}`]);
    assert.match(await metrics(field), /failed.* 1\n/);
    await field.talk("a", 0);
  });
}

fieldTest("a device that can be asked after all is opened, and no trouble any more", {
  before: (standin) =>
    standin.failFor({ device: 1 }, "lineNegotiateAPIVersion", lineError("OPERATIONFAILED"), 2),
}, async (field) => {
  await field.becomes(
    async () => (await field.lines()).map(({ line, status }) => `${line} ${status}`).sort(),
    ["201 open", "202 open"],
  );
  assert.deepEqual(await troubles(field), []);
  await field.talk("a", 1);
});

fieldTest("where no device can be asked, readyz says so of each", {
  before: (standin) => standin.fail("lineNegotiateAPIVersion", lineError("INCOMPATIBLEAPIVERSION")),
}, async (field) => {
  await field.becomes(async () => (await troubles(field)).sort(), [
    "device 0: LINEERR_INCOMPATIBLEAPIVERSION",
    "device 1: LINEERR_INCOMPATIBLEAPIVERSION",
  ]);
  assert.equal((await fetch(`http://127.0.0.1:${field.port}/readyz`)).status, 503);
});

fieldTest("who sees some lines only is not shown nameless devices", {
  before: (standin) =>
    standin.failFor({ device: 1 }, "lineNegotiateAPIVersion", lineError("INCOMPATIBLEAPIVERSION")),
  settings: `[anonymous]\ncan = ["monitor"]\nlines = ["201"]\n`,
}, async (field) => {
  assert.deepEqual((await field.lines()).map(({ line }) => line), ["201"]);
});

/** LINEMEDIAMODE_, and whether the line is one for telephone calls. */
const MEDIA_MODES = [
  ["UNKNOWN", 0x2, true],
  ["INTERACTIVEVOICE", 0x4, true],
  ["AUTOMATEDVOICE", 0x8, true],
  ["INTERACTIVEVOICE|DATAMODEM", 0x14, true],
  ["DATAMODEM", 0x10, false],
  ["G3FAX", 0x20, false],
] as const;

for (const [name, modes, isVoice] of MEDIA_MODES) {
  fieldTest(`a device with ${name} alone is ${isVoice ? "opened" : "left out"}`, {
    before: (standin) => standin.set("LINEDEVCAPS", { dwMediaModes: modes }, 1),
  }, async (field) => {
    await field.becomes(
      async () => (await field.lines()).map(({ line, status }) => `${line} ${status}`).sort(),
      isVoice ? ["201 open", "202 open"] : ["201 open"],
    );
    assert.deepEqual(await troubles(field), []);
    if (isVoice) await field.talk("a", 1);
  });
}

fieldTest("a device that does not report its address goes by its name", {
  before: (standin) =>
    standin.failFor({ device: 1 }, "lineGetAddressCapsW", lineError("OPERATIONFAILED")),
}, async (field) => {
  await field.talk("a", 1);
  assert.deepEqual((await field.calls()).map(({ line }) => line), ["Line 202"]);
});

async function metrics(field: Field): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${field.port}/metrics`)).text();
}
