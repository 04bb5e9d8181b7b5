/** Numbers through the whole program: what events have, what classic frames keep, what is dialled. */
import assert from "node:assert/strict";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { TestProgram } from "../support/program.ts";

const SITE = ["--numbers-country=DE", "--numbers-outside-prefix=0", "--numbers-area-code=30"];

Deno.test("a caller has E.164 and the number to show; classic frames have the driver's digits", async () => {
  await using flow = await TestProgram.start({ args: [...SITE, "--numbers-extension-lengths=3"] });
  const classic = await flow.connect("/");
  const id = await flow.ring("201", "030123456");
  const { caller, called } = flow.program.state.call(id) ?? {};
  assert.deepEqual([caller?.number, caller?.e164, caller?.national], [
    "030123456",
    "+4930123456",
    "030 123456",
  ]);
  assert.equal(called?.internal, true);
  await flow.pass(() => classic.frames.length > 0);
  assert.equal(classic.frames[0]?.callerId, "030123456");
  assert.equal(classic.frames[0]?.calledId, "201");
});

Deno.test("a number is dialled as the site dials it, from both dialects, and raw as it is", async () => {
  await using flow = await TestProgram.start({ args: SITE });
  const classic = await flow.connect("/");
  const v2 = await flow.connect("/", [V2_PROTOCOL]);
  const calledFrom = (line: string) =>
    flow.program.state.calls().find((call) => call.line === line)?.called;
  classic.send({ cmd: "dial", line: 201, number: "tel:+49-30-123456;ext=5" });
  v2.send({ cmd: "dial", line: "202", number: "0049%2030%20123456" });
  v2.send({ cmd: "dial", line: "203", number: "030 123456", raw: true });
  classic.send({ cmd: "dial", line: 204, number: "030 123456", raw: true });
  await flow.pass(() => ["201", "202", "203", "204"].every((line) => calledFrom(line)));
  assert.deepEqual(["201", "202", "203", "204"].map((line) => calledFrom(line)?.number), [
    "0030123456",
    "0030123456",
    // Without the digit for an outside line; the fake exchange itself takes out blanks.
    "030123456",
    "030123456",
  ]);
  assert.equal(calledFrom("201")?.e164, "+4930123456");

  v2.send({ id: 1, cmd: "dial", line: "205", number: "0800-CALL-US" });
  classic.send({ cmd: "dial", line: 205, number: "0800-CALL-US" });
  const refusals = () =>
    [...v2.texts, ...classic.texts].filter((text) => text.includes('"bad_number"'));
  await flow.pass(() => refusals().length === 2);
  assert.equal(calledFrom("205"), undefined);
});
