/** Hanging up, over the fake exchange. */
import assert from "node:assert/strict";
import { LINECALLSTATE, LINEERR } from "../../../src/tapi/constants.ts";
import { AT, setU32 } from "../../support/answers.ts";
import { hangUpOutside, TestProgram } from "../../support/program.ts";

Deno.test("a call is dropped by its owner, and nobody is asked whether it can be", async () => {
  await using program = await TestProgram.start();
  const call = await program.talk("201");
  program.tapi.called.splice(0);
  await program.does({ cmd: "drop", call });
  assert.deepEqual(
    program.tapi.called.slice(0, 1),
    ["lineDrop"],
    "answering has made it the program's own",
  );
  const other = await program.ring("201");
  program.tapi.called.splice(0);
  await program.does({ cmd: "drop", call: other });
  assert.deepEqual(program.tapi.called.slice(0, 2), ["lineSetCallPrivilege", "lineDrop"]);
  await program.ends();
});

Deno.test("a call that has ended in the meantime is dropped, although its driver refuses", async () => {
  let code: number | undefined;
  await using program = await TestProgram.start({
    changed: (fake) => ({
      lineDrop: (...args) =>
        code === undefined ? fake.lineDrop(...args) : Promise.resolve(code | 0),
      lineGetCallStatus: (call, status) =>
        fake.lineGetCallStatus(call, status).then(
          code === undefined
            ? (result) => result
            : setU32(status, AT.callState, LINECALLSTATE.DISCONNECTED),
        ),
    }),
  });
  const call = await program.talk("201");
  code = LINEERR.INVALCALLSTATE;
  assert.deepEqual(await program.does({ cmd: "drop", call }), {});
  // That is not why it refuses.
  code = LINEERR.NOTOWNER;
  await program.fails({ cmd: "drop", call }, "tapi_error");
  code = undefined;
  await program.does({ cmd: "drop", call });
  await program.ends();
});

Deno.test("a call that continues is not dropped if its driver refuses, whatever the reason", async () => {
  let code: number | undefined;
  await using program = await TestProgram.start({
    changed: ({ lineDrop }) => ({
      lineDrop: (...args) => code === undefined ? lineDrop(...args) : Promise.resolve(code | 0),
    }),
  });
  const call = await program.talk("201");
  for (const each of [LINEERR.INVALCALLSTATE, LINEERR.NOTOWNER]) {
    code = each;
    const error = await program.fails({ cmd: "drop", call }, "tapi_error");
    assert.equal(error.tapi?.code, code);
    assert.equal(program.stateOf(call), "CONNECTED");
  }
  code = undefined;
  await program.does({ cmd: "drop", call });
  await program.ends();
});

Deno.test("a call whose end was reported while lineDrop was under way is dropped", async () => {
  await using program = await TestProgram.start({
    changed: (fake) => ({
      async lineDrop() {
        hangUpOutside(fake, "201");
        const { clock } = fake.exchange.schedule;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 5000));
        return LINEERR.INVALCALLHANDLE | 0;
      },
    }),
  });
  const call = await program.talk("201");
  assert.deepEqual(await program.does({ cmd: "drop", call }), {});
  await program.ends();
});

Deno.test("a call that ends before the program owns it is dropped", async () => {
  await using program = await TestProgram.start({
    changed: (fake) => ({
      lineSetCallPrivilege(...args) {
        hangUpOutside(fake, "201");
        return fake.lineSetCallPrivilege(...args);
      },
    }),
  });
  const call = await program.ring("201");
  assert.deepEqual(await program.does({ cmd: "drop", call }), {});
  await program.ends();
});
