/** The rig itself, on a driver that does everything as the documents say. */
import assert from "node:assert/strict";
import { fieldTest, shown } from "./rig.ts";

fieldTest("a call is reported to everybody and kept", {}, async (field) => {
  field.play(`
    new a 0
    info a id=101 origin=EXTERNAL reason=DIRECT caller=01632960001 callern=Ada_Example called=201
    state a OFFERING ACTIVE
  `);
  const { id } = await field.call({
    state: "OFFERING",
    direction: "in",
    caller: shown("01632960001", "Ada Example"),
  });
  assert.deepEqual(field.cards(), ["OFFERING 01632960001 > 201"]);
  field.play(`
    state a CONNECTED ACTIVE
    state a DISCONNECTED NORMAL
    state a IDLE
  `);
  const entry = await field.entry();
  assert.deepEqual([entry.call, entry.result], [id, "answered"]);
  await field.settled();
  assert.deepEqual(field.cards(), []);
});
