/** The script language in which tests say what a driver does: what each statement makes of it. */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { until } from "../support/patience.ts";
import { nativeTest } from "./rig.ts";
import { bits, Script } from "./script.ts";

nativeTest("a script is what it says, statement by statement", { voiceLines: 1 }, async (rig) => {
  const { standin, client } = rig;
  const script = new Script(standin);
  script.play(`
    # Somebody calls, withheld at first.
    new a 0
    info a id=0x1a2b origin=EXTERNAL reason=TRANSFER caller=BLOCKED|ADDRESS:0171 called=201
    state a OFFERING ACTIVE
  `);
  await rig.reach("OFFERING");
  assert.deepEqual(client.frames[0], {
    line: 201,
    state: "OFFERING",
    callId: "0x1A2B",
    callerId: "",
    calledId: "201",
    origin: "EXTERNAL",
    reason: "TRANSFER",
  });
  script.play(`
    info a caller=0172 callern=Ada_Example
    callinfo a CALLERID
    status a CONNECTED INACTIVE
    features a DROP|HOLD
    state a CONNECTED
  `);
  await rig.reach("CONNECTED");
  assert.equal(client.frames.at(-1)?.callerId, "0172");
  const [call] = rig.program.state.calls();
  assert.equal(call?.caller.name, "Ada Example");
  assert.equal(call?.stateMode, "INACTIVE");
  assert.deepEqual(call?.can, ["drop", "hold"]);
  script.play(`
    close 0
    there b 0 ONHOLD
  `);
  await until(() => rig.program.state.calls().some(({ state }) => state === "ONHOLD"));
  script.play("devstate 0 MSGWAITON");
  await until(() => rig.program.state.lines()[0]?.messageWaiting === true);
});

nativeTest("a call that is being made gets a name", { voiceLines: 1 }, async (rig) => {
  const { standin, program } = rig;
  const script = new Script(standin);
  standin.dialScript(4);
  await using client = await RecordingClient.connect(program.server.port);
  client.send({ cmd: "dial", line: 201, number: "0815" });
  await until(() => standin.callsOf("lineMakeCallW") === 1);
  script.play(`
    made x 0
    state x RINGBACK
  `);
  await client.frame(({ state }) => state === "RINGBACK");
});

nativeTest("what cannot be played names its statement", { voiceLines: 1 }, async (rig) => {
  const { standin, client } = rig;
  const script = new Script(standin);
  for (
    const [text, message] of [
      ["ring a", /^Error: ring a: no such statement$/],
      ["state z IDLE", /No call is named z/],
      ["devstate 0 LOUD", /LINEDEVSTATE has no LOUD/],
    ] as const
  ) assert.throws(() => script.play(text), message);
  script.play("new a 0");
  assert.throws(() => script.play("info a colour=red"), /no such member: colour/);
  assert.equal(bits("LINECALLFEATURE", "DROP|HOLD"), 0x880);
  // Known to the program, it is given back at the end.
  script.play("state a OFFERING ACTIVE");
  await client.frame(({ state }) => state === "OFFERING");
});
