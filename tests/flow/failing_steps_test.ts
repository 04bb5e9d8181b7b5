/** Commands of several steps of which a later one fails: the calls go on as before. */
import assert from "node:assert/strict";
import { LINEADDRCAPFLAGS, LINECALLFEATURE, LINEERR } from "../../src/tapi/constants.ts";
import { AT, setU32 } from "../support/answers.ts";
import { hangUpOutside, OUTSIDE, TestProgram } from "../support/program.ts";
import { LogRecorder } from "../support/log.ts";

const REFUSED = "901";
const BUSY = "900";
const INVALID = "904";
const NEVER_REPLIES = "905";

const consult = (number: string) => ({ cmd: "consult", line: "201", number }) as const;

/** The call can still be used as one that nothing happened to. */
async function goesOn(flow: TestProgram): Promise<void> {
  await flow.reachAll("201", "CONNECTED");
  await flow.does({ cmd: "hold", line: "201" });
  await flow.does({ cmd: "drop", line: "201" });
  await flow.ends();
}

Deno.test("a consultation whose number is refused ends, and its call is taken back", async () => {
  await using flow = await TestProgram.start();
  await flow.talk("201");
  flow.takeDeeds();
  const error = await flow.fails(consult(REFUSED), "tapi_error");
  assert.equal(error.tapi?.name, "LINEERR_CALLUNAVAIL");
  assert.match(error.message, /lineDialW/);
  assert.deepEqual(flow.takeDeeds(), [
    "lineSetupTransferW",
    "lineDialW",
    "lineDrop",
    "lineUnhold",
  ]);
  await goesOn(flow);
});

Deno.test("the same where the function itself refuses the number, and where no reply comes", async () => {
  await using flow = await TestProgram.start({ args: ["--reply-timeout-seconds", "5"] });
  await flow.talk("201");
  assert.equal((await flow.fails(consult(INVALID), "tapi_error")).tapi?.code, LINEERR.INVALADDRESS);
  await flow.reachAll("201", "CONNECTED");
  await flow.fails(consult(NEVER_REPLIES), "timeout");
  await goesOn(flow);
});

Deno.test("a switch that takes calls back automatically is not asked to", async () => {
  await using flow = await TestProgram.start({
    changed: ({ lineGetAddressCapsW }) => ({
      lineGetAddressCapsW: (...args) =>
        lineGetAddressCapsW(...args).then(
          setU32(args[5], AT.addressFlags, LINEADDRCAPFLAGS.AUTORECONNECT),
        ),
    }),
  });
  await flow.talk("201");
  flow.takeDeeds();
  await flow.fails(consult(REFUSED), "tapi_error");
  assert.deepEqual(flow.takeDeeds(), ["lineSetupTransferW", "lineDialW", "lineDrop"]);
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a library that holds calls but does not dial leaves them as they were", async () => {
  await using flow = await TestProgram.start({ changed: () => ({ lineDialW: null }) });
  await flow.talk("201");
  await flow.fails(consult("203"), "not_supported");
  await goesOn(flow);
});

Deno.test("a consultation that cannot begin leaves the call alone", async () => {
  await using flow = await TestProgram.start({
    changed: () => ({ lineSetupTransferW: () => Promise.resolve(LINEERR.OPERATIONFAILED | 0) }),
  });
  await flow.talk("201");
  flow.takeDeeds();
  await flow.fails(consult("203"), "tapi_error");
  assert.deepEqual(flow.takeDeeds(), ["lineSetupTransferW"]);
  await goesOn(flow);
});

Deno.test("a conference to which nobody could be added continues", async () => {
  await using flow = await TestProgram.start();
  await flow.talk("201");
  const { call: second } = await flow.does(consult("203"));
  await flow.reach(second, "CONNECTED");
  await flow.does({ cmd: "complete", line: "201", mode: "conference" });
  await flow.reachAll("201", "CONFERENCED", "CONFERENCED", "CONNECTED");
  await flow.fails(consult(REFUSED), "tapi_error");
  await flow.reachAll("201", "CONFERENCED", "CONFERENCED", "CONNECTED");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a conference that was set up for nobody is an ordinary call again", async () => {
  const { COMPLETETRANSF, SETUPTRANSFER } = LINECALLFEATURE;
  await using flow = await TestProgram.start({ lacks: { call: COMPLETETRANSF | SETUPTRANSFER } });
  await flow.talk("201");
  await flow.fails(consult(REFUSED), "tapi_error");
  await goesOn(flow);
});

Deno.test("a consultation that meets a busy line is ended by hand", async () => {
  await using flow = await TestProgram.start();
  const first = await flow.talk("201");
  const { call: second } = await flow.does(consult(BUSY));
  await flow.reach(second, "BUSY");
  assert.equal(flow.stateOf(first), "ONHOLDPENDTRANSFER");
  await flow.fails({ cmd: "complete", line: "201", mode: "transfer" }, "not_supported");
  await flow.does({ cmd: "drop", line: "201" });
  await flow.reach(second, "IDLE");
  await flow.does({ cmd: "unhold", line: "201" });
  await goesOn(flow);
});

for (const mode of ["transfer", "conference"] as const) {
  Deno.test(`a ${mode} that is refused leaves the consultation as it was`, async () => {
    let refuses = true;
    await using flow = await TestProgram.start({
      changed: ({ lineCompleteTransfer }) => ({
        lineCompleteTransfer: (...args) =>
          refuses ? Promise.resolve(LINEERR.CONFERENCEFULL | 0) : lineCompleteTransfer(...args),
      }),
    });
    await flow.talk("201");
    const { call: second } = await flow.does(consult("203"));
    await flow.reach(second, "CONNECTED");
    const error = await flow.fails({ cmd: "complete", line: "201", mode }, "tapi_error");
    assert.equal(error.tapi?.name, "LINEERR_CONFERENCEFULL");
    assert.deepEqual(flow.statesOf("201"), ["ONHOLDPENDTRANSFER", "CONNECTED"]);
    refuses = false;
    await flow.does({ cmd: "complete", line: "201", mode });
    for (const line of ["201", "203"]) await flow.give({ cmd: "drop", line, all: true });
    await flow.ends();
  });
}

Deno.test("a step that cannot be undone is logged, and the answer is the first failure", async () => {
  await using log = await LogRecorder.start();
  await using flow = await TestProgram.start({
    changed: () => ({ lineUnhold: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0) }),
  });
  const call = await flow.talk("201");
  const error = await flow.fails(consult(REFUSED), "tapi_error");
  assert.match(error.message, /lineDialW: LINEERR_CALLUNAVAIL/);
  assert.equal(
    log.count(
      /Line 201: a consultation cannot be undone: .*lineUnhold: LINEERR_OPERATIONUNAVAIL/,
    ),
    1,
  );
  assert.equal(flow.stateOf(call), "ONHOLDPENDTRANSFER");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a line that closes between the steps ends the command, and no dead handle is used", async () => {
  let closes = true;
  await using flow = await TestProgram.start({
    changed: (fake) => ({
      lineDialW(...args) {
        if (closes) fake.forceClose("201");
        closes = false;
        return fake.lineDialW(...args);
      },
    }),
  });
  await flow.talk("201");
  flow.takeDeeds();
  const result = await flow.give(consult("203"));
  assert(!result.ok);
  assert(["provider_down", "tapi_error"].includes(result.error.code), result.error.code);
  assert.deepEqual(flow.takeDeeds(), ["lineSetupTransferW", "lineDialW"]);
  await flow.reachAll("201");
});

Deno.test("a call that ends while it is held for a consultation leaves only that", async () => {
  let ended = false;
  await using flow = await TestProgram.start({
    changed: (fake) => ({
      lineDialW(...args) {
        if (!ended) hangUpOutside(fake, "201");
        ended = true;
        return fake.lineDialW(...args);
      },
    }),
  });
  const first = await flow.talk("201", OUTSIDE);
  const { call: second } = await flow.does(consult("203"));
  await flow.reach(first, "IDLE");
  await flow.fails({ cmd: "complete", line: "201", mode: "transfer" }, "no_call");
  await flow.reach(second, "CONNECTED");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a command that waits for its turn when the program stops is not begun on a closed line", async () => {
  let hangs = false;
  await using flow = await TestProgram.start({
    changed: ({ lineGetAddressStatusW }) => ({
      lineGetAddressStatusW: (...args) =>
        hangs ? new Promise(() => {}) : lineGetAddressStatusW(...args),
    }),
  });
  const forward = (to: string) =>
    flow.program.commands.execute({ cmd: "forward", line: "201", when: "busy", to });
  hangs = true;
  const forwards = [forward("202"), forward("203")];
  await flow.stop();
  const codes = (await Promise.all(forwards)).map((each) => each.ok || each.error.code);
  assert.deepEqual(codes, ["provider_down", "provider_down"]);
  const behind = flow.tapi.called.slice(flow.tapi.called.indexOf("lineClose"));
  assert(!behind.includes("lineGetAddressStatusW"), behind.join());
});

Deno.test("a command that was waiting when its line closed is not begun on the line that opens again", async () => {
  const hanging: (() => void)[] = [];
  await using flow = await TestProgram.start({
    changed: ({ lineMakeCallW }) => ({
      lineMakeCallW: (...args) =>
        hanging.length === 2
          ? lineMakeCallW(...args)
          : new Promise((resolve) => hanging.push(() => resolve(LINEERR.INVALLINEHANDLE | 0))),
    }),
  });
  flow.takeDeeds();
  const dials = ["1", "2", "3"].map((digit) =>
    flow.program.commands.execute({ cmd: "dial", line: "201", number: OUTSIDE + digit })
  );
  await flow.pass(() => hanging.length === 2);
  flow.fake.forceClose("201");
  const codes = (await Promise.all(dials)).map((each) => each.ok || each.error.code);
  assert.deepEqual(codes, ["provider_down", "provider_down", "provider_down"]);
  const isOpen = () =>
    flow.program.state.lines().some(({ line, status }) => line === "201" && status === "open");
  await flow.pass(() => !isOpen());
  await flow.pass(isOpen);
  hanging.forEach((goOn) => goOn());
  // The next one, and no other.
  const { call } = await flow.does({ cmd: "dial", line: "201", number: OUTSIDE });
  assert.deepEqual(flow.takeDeeds(), ["lineMakeCallW", "lineMakeCallW", "lineMakeCallW"]);
  await flow.reach(call, "CONNECTED");
  assert.equal(flow.callsOf("201").length, 1);
});
