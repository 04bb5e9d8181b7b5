/** Lines and the telephony service going and coming, over the fake exchange and a clock held still. */
import assert from "node:assert/strict";
import { LINEERR } from "../../src/tapi/constants.ts";
import { TestProgram } from "../support/program.ts";

async function readiness(flow: TestProgram) {
  const response = await fetch(`http://127.0.0.1:${flow.port}/readyz`);
  return await response.json();
}

Deno.test("a line that its provider closes ends its calls and is opened again within seconds", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: "+441632960123" });
  await flow.pass(() => client.frames.some(({ state }) => state === "CONNECTED"));
  const closedAtMs = flow.clock.nowMs();
  flow.fake.forceClose("201");
  await flow.pass(() => client.frames.some(({ state }) => state === "IDLE"));
  let open = 0;
  while (open < 8) {
    await flow.clock.advanceAsync(50);
    open = (await readiness(flow)).lines.open;
  }
  const tookMs = flow.clock.nowMs() - closedAtMs;
  assert(tookMs >= 700 && tookMs < 3000, `${tookMs} ms`);
  // The call continued at the exchange: it is found and reported again.
  await flow.pass(() => client.states().at(-1) === "CONNECTED");
  client.send({ cmd: "drop", line: 201 });
  await flow.pass(() => client.states().filter((state) => state === "IDLE").length === 2);
  await flow.pass(() => flow.fake.liveHandles() === 0);
});

Deno.test("a line that cannot be opened is reported with its error", async () => {
  await using flow = await TestProgram.start({
    openErrors: { "203": LINEERR.RESOURCEUNAVAIL },
    polite: false,
  });
  const { lines, troubles } = await readiness(flow);
  assert.deepEqual(lines, { open: 7, closed: 0, failed: 1, outOfService: 0 });
  assert.deepEqual(troubles, [
    { line: "203", status: "failed", error: "LINEERR_RESOURCEUNAVAIL" },
  ]);
});
