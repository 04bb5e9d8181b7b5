/**
 * L: drop while the dial is pending. Where the own handset rings first, LINE_REPLY comes when it is
 * lifted: until then there is no handle that could be dropped, and the drop is remembered.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, lineError } from "./rig.ts";

/** The replies take up to 13 s: longer than a command waits for them, by default. */
const REPLY_AFTER_S = 13;

function hex(handle: number): string {
  return `0x${handle.toString(16).toUpperCase()}`;
}

function droppedHandles(field: Field): string[] {
  return field.asked("lineDrop").map((entry) => /call=(0x[0-9A-F]+)/.exec(entry)?.[1] ?? "");
}

/** The codes of the errors that the classic client was sent. */
function classicErrors(field: Field): string[] {
  return field.classic.frames.flatMap(({ error }) =>
    error === undefined || error.code === "unknown_command" ? [] : error.code
  );
}

for (const dialect of ["classic", "v2"] as const) {
  for (const afterSeconds of [5, REPLY_AFTER_S]) {
    fieldTest(
      `drop (${dialect}) at 3 s, the handle at ${afterSeconds} s: the call is dropped`,
      {},
      async (field) => {
        const { answer } = await field.dialling("x");
        await field.pass(3);
        const dropped = dialect === "v2"
          ? field.ask({ cmd: "drop", line: "201" })
          : field.classic.send({ cmd: "drop", line: 201 });
        await field.pass(afterSeconds - 3);
        field.standin.releaseReplies();
        field.play("state x DIALING");
        await field.called("lineDrop");
        assert.deepEqual(droppedHandles(field), [hex(field.handle("x"))]);
        await field.none();
        assert.equal((await dropped)?.error, undefined);
        await answer;
        await field.classicAnswers();
        assert.deepEqual(classicErrors(field), []);
        assert.deepEqual(field.cards(), []);
        await field.becomes(() => field.standin.liveCalls, 0);
      },
    );
  }
}

fieldTest("a call and a dial that is pending are both dropped", {}, async (field) => {
  await field.talk("a");
  await field.dialling("x");
  field.classic.send({ cmd: "drop", line: 201 });
  await field.called("lineDrop");
  field.standin.releaseReplies();
  await field.called("lineDrop", 2);
  await field.none();
  assert.deepEqual(droppedHandles(field), [hex(field.handle("a")), hex(field.handle("x"))]);
});

fieldTest("a dial after the drop is not dropped", {}, async (field) => {
  await field.dialling("x");
  const dropped = field.ask({ cmd: "drop", line: "201" });
  await field.classicAnswers();
  await field.dialling("y", { number: "0816" });
  field.standin.releaseReplies();
  field.play(`
    state x DIALING
    state y DIALING
  `);
  assert.equal((await dropped).error, undefined);
  await field.call({
    state: "DIALING",
    called: { number: "0816", name: "", presentation: "shown" },
  });
  assert.deepEqual(droppedHandles(field), [hex(field.handle("x"))]);
});

fieldTest("a dial that fails takes its drop with it", {}, async (field) => {
  const { answer } = await field.dialling("x");
  const dropped = field.ask({ cmd: "drop", line: "201" });
  await field.classicAnswers();
  field.standin.releaseReplies(lineError("CALLUNAVAIL"));
  await answer;
  const { error } = await dropped;
  assert(error === undefined || error.code === "no_call", error?.code);
  const { call } = await field.does({ cmd: "dial", line: "201", number: "0816" });
  field.play(`
    made y 0
    state y DIALING
  `);
  await field.call({ id: call, state: "DIALING" });
  assert.deepEqual(droppedHandles(field), []);
});

fieldTest("a drop on another line leaves the dial alone", {}, async (field) => {
  await field.dialling("x");
  await field.talk("b", 1);
  await field.does({ cmd: "drop", line: "202" });
  field.standin.releaseReplies();
  field.play("state x DIALING");
  await field.call({ line: "201", state: "DIALING" });
  assert.deepEqual(droppedHandles(field), [hex(field.handle("b"))]);
});

fieldTest("a line that closes meanwhile has nothing to drop", {}, async (field) => {
  const { answer } = await field.dialling("x");
  const dropped = field.ask({ cmd: "drop", line: "201" });
  await field.classicAnswers();
  field.play("close 0");
  await answer;
  await dropped;
  await field.until("it is open again", async () => (await field.line("201")).status === "open");
  await field.talk("a");
  await field.settled();
  assert.equal((await field.calls()).length, 1);
});

fieldTest("without a dial there is nothing to drop", {}, async (field) => {
  assert.equal((await field.ask({ cmd: "drop", line: "201" })).error?.code, "no_call");
});
