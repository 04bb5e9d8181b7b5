/** Which functions a consultation takes, by what the driver reports, and how one is undone that fails. */
import assert from "node:assert/strict";
import type { FakeTapi } from "../../../src/fake/library.ts";
import {
  LINECALLFEATURE as CAN,
  LINECALLFEATURE2 as CAN2,
  LINECALLSTATE,
  LINEERR,
  LINETRANSFERMODE,
} from "../../../src/tapi/constants.ts";
import type { Memory, TapiLibrary } from "../../../src/tapi/library.ts";
import { LINECALLSTATUS } from "../../../src/tapi/structs.ts";
import { AT, setU32 } from "../../support/answers.ts";
import { TestProgram } from "../../support/program.ts";

const REFUSED = "901";
const REPLY_TIMEOUT_MS = 5000;
const refused = () => Promise.resolve(LINEERR.RESOURCEUNAVAIL | 0);
const consult = (number: string) => ({ cmd: "consult", line: "201", number }) as const;

/** Changes what lineGetCallStatus has written, as soon as a test has something to change. */
class Status {
  change: ((status: Memory) => void) | undefined;

  readonly changed = ({ lineGetCallStatus }: FakeTapi): Partial<TapiLibrary> => ({
    lineGetCallStatus: async (call, status) => {
      const result = await lineGetCallStatus(call, status);
      this.change?.(status);
      return result;
    },
  });
}

/** 201 talks to somebody, and has asked 203, who has answered. */
async function consulting(program: TestProgram): Promise<void> {
  await program.talk("201");
  const { call } = await program.does(consult("203"));
  await program.reach(call, "CONNECTED");
  program.takeDeeds();
}

for (
  const [what, features, fn] of [
    ["may be transferred", CAN.SETUPTRANSFER, "lineSetupTransferW"],
    ["may become a conference", CAN.SETUPCONF, "lineSetupConferenceW"],
    ["may be both", CAN.SETUPCONF | CAN.SETUPTRANSFER, "lineSetupTransferW"],
    ["names PREPAREADDCONF", CAN.PREPAREADDCONF | CAN.SETUPTRANSFER, "lineSetupTransferW"],
    ["of which nothing is known", 0, "lineSetupTransferW"],
  ] as const
) {
  Deno.test(`a call that ${what} is held for a consultation by ${fn}`, async () => {
    const status = new Status();
    await using program = await TestProgram.start({
      changed: (fake) => ({
        ...status.changed(fake),
        lineSetupTransferW: refused,
        lineSetupConferenceW: refused,
        linePrepareAddToConferenceW: refused,
      }),
    });
    await program.talk("201");
    status.change = (memory) => setU32(memory, AT.callFeatures, features)(0);
    program.takeDeeds();
    const { message } = await program.fails(consult("203"), "tapi_error");
    assert.deepEqual(program.takeDeeds(), [fn]);
    assert.match(message, new RegExp(fn));
  });
}

Deno.test("a consultation that comes after its command was given up is undone", async () => {
  let isSlow = true;
  await using program = await TestProgram.start({
    args: ["--reply-timeout-seconds", String(REPLY_TIMEOUT_MS / 1000)],
    changed: ({ lineSetupTransferW, exchange: { schedule: { clock } } }) => ({
      async lineSetupTransferW(...args) {
        if (isSlow) {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, REPLY_TIMEOUT_MS + 1000));
        }
        return await lineSetupTransferW(...args);
      },
    }),
  });
  const call = await program.talk("201");
  program.takeDeeds();
  await program.fails(consult("203"), "timeout");
  assert.deepEqual(program.takeDeeds(), ["lineSetupTransferW"]);
  await program.pass(() => program.tapi.called.includes("lineUnhold"));
  await program.reachAll("201", "CONNECTED");
  assert.equal(program.stateOf(call), "CONNECTED");
  assert.deepEqual(program.takeDeeds(), ["lineDrop", "lineUnhold"]);
  // The next one is as good as ever.
  isSlow = false;
  await program.does(consult("203"));
});

Deno.test("a consultation call that never says that it can dial dials after 2 s", async () => {
  const status = new Status();
  let dialledAtMs = 0;
  await using program = await TestProgram.start({
    changed: (fake) => ({
      ...status.changed(fake),
      lineDialW(...args) {
        dialledAtMs = program.clock.nowMs();
        return fake.lineDialW(...args);
      },
    }),
  });
  await program.talk("201");
  const { DIALTONE, UNKNOWN } = LINECALLSTATE;
  status.change = (memory) => {
    if (LINECALLSTATUS.decode(memory).dwCallState === DIALTONE) {
      setU32(memory, AT.callState, UNKNOWN)(0);
    }
  };
  const startMs = program.clock.nowMs();
  await program.does(consult("203"));
  const waitedMs = dialledAtMs - startMs;
  assert(waitedMs >= 2000 && waitedMs < 3000, `${waitedMs} ms`);
});

Deno.test("a call that the switch has taken back automatically is not taken back again", async () => {
  const status = new Status();
  await using program = await TestProgram.start({ changed: status.changed });
  await program.talk("201");
  program.takeDeeds();
  const { CONNECTED, ONHOLDPENDTRANSFER } = LINECALLSTATE;
  status.change = (memory) => {
    if (LINECALLSTATUS.decode(memory).dwCallState === ONHOLDPENDTRANSFER) {
      setU32(memory, AT.callState, CONNECTED)(0);
    }
  };
  await program.fails(consult(REFUSED), "tapi_error");
  assert.deepEqual(program.takeDeeds(), ["lineSetupTransferW", "lineDialW", "lineDrop"]);
});

const { CONFERENCE, TRANSFER } = LINETRANSFERMODE;
for (
  const [mode, features, fn, tapiMode] of [
    ["transfer", CAN.COMPLETETRANSF | CAN.ADDTOCONF, "lineCompleteTransfer", TRANSFER],
    ["transfer", 0, "lineCompleteTransfer", TRANSFER],
    ["conference", CAN.COMPLETETRANSF, "lineCompleteTransfer", CONFERENCE],
    ["conference", CAN.COMPLETETRANSF | CAN.ADDTOCONF, "lineCompleteTransfer", CONFERENCE],
    ["conference", 0, "lineCompleteTransfer", CONFERENCE],
  ] as const
) {
  const reported = Object.entries(CAN).flatMap(([name, bit]) => features & bit ? name : []);

  Deno.test(`two calls that report ${reported.join(" and ") || "nothing"} end in a ${mode} by ${fn}`, async () => {
    const status = new Status();
    const modes: number[] = [];
    await using program = await TestProgram.start({
      changed: (fake) => ({
        ...status.changed(fake),
        lineCompleteTransfer(_held, _consultation, _out, transferMode) {
          modes.push(transferMode);
          return refused();
        },
        lineAddToConference: refused,
      }),
    });
    await consulting(program);
    status.change = (memory) => setU32(memory, AT.callFeatures, features)(0);
    await program.fails({ cmd: "complete", line: "201", mode }, "tapi_error");
    assert.deepEqual(program.takeDeeds(), [fn]);
    assert.deepEqual(modes, [tapiMode]);
  });
}

for (
  const [what, features, fn] of [
    ["does not say what it takes", 0, "lineAddToConference"],
    ["takes nobody else", CAN.COMPLETETRANSF, "lineCompleteTransfer"],
  ] as const
) {
  Deno.test(`a call joins a conference that waits for it, and ${what}, by ${fn}`, async () => {
    const status = new Status();
    await using program = await TestProgram.start({
      lacks: { call: CAN.SETUPTRANSFER },
      changed: (fake) => ({
        ...status.changed(fake),
        lineCompleteTransfer: refused,
        lineAddToConference: refused,
      }),
    });
    await consulting(program);
    assert(program.statesOf("201").includes("ONHOLDPENDCONF"));
    status.change = (memory) => setU32(memory, AT.callFeatures, features)(0);
    await program.fails({ cmd: "complete", line: "201", mode: "conference" }, "tapi_error");
    assert.deepEqual(program.takeDeeds(), [fn]);
  });
}

Deno.test("a line that makes no conference of two calls says so before anything is done", async () => {
  const status = new Status();
  await using program = await TestProgram.start({ changed: status.changed });
  await consulting(program);
  status.change = (memory) => {
    setU32(memory, AT.callFeatures, CAN.COMPLETETRANSF)(0);
    setU32(memory, LINECALLSTATUS.fields.dwCallFeatures2.offset, CAN2.TRANSFERNORM)(0);
  };
  const complete = { cmd: "complete", line: "201", mode: "conference" } as const;
  const { message } = await program.fails(complete, "not_supported");
  assert.match(message, /lacks TRANSFERCONF/);
  assert.deepEqual(program.takeDeeds(), []);
  await program.does({ ...complete, mode: "transfer" });
});
