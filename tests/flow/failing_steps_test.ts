/** Commands of several steps of which a later one fails: the calls go on as before. */
import assert from "node:assert/strict";
import { Outside } from "../../src/fake/exchange/call.ts";
import { LINEADDRCAPFLAGS, LINECALLFEATURE, LINEERR } from "../../src/tapi/constants.ts";
import { AT, Desk, OUTSIDE, setU32 } from "../support/desk.ts";
import { LogRecorder } from "../support/log.ts";

const REFUSED = "901";
const BUSY = "900";
const INVALID = "904";
const NEVER_REPLIES = "905";

const consult = (number: string) => ({ cmd: "consult", line: "201", number }) as const;

/** The call can still be used as one that nothing happened to. */
async function goesOn(desk: Desk): Promise<void> {
  await desk.reachAll("201", "CONNECTED");
  await desk.does({ cmd: "hold", line: "201" });
  await desk.does({ cmd: "drop", line: "201" });
  await desk.ends();
}

Deno.test("a consultation whose number is refused ends, and its call is taken back", async () => {
  await using desk = await Desk.start();
  await desk.talk("201");
  desk.takeDeeds();
  const error = await desk.fails(consult(REFUSED), "tapi_error");
  assert.equal(error.tapi?.name, "LINEERR_CALLUNAVAIL");
  assert.match(error.message, /lineDialW/);
  assert.deepEqual(desk.takeDeeds(), [
    "lineSetupTransferW",
    "lineDialW",
    "lineDrop",
    "lineUnhold",
  ]);
  await goesOn(desk);
});

Deno.test("the same where the function itself refuses the number, and where no reply comes", async () => {
  await using desk = await Desk.start({ args: ["--reply-timeout-seconds", "5"] });
  await desk.talk("201");
  assert.equal((await desk.fails(consult(INVALID), "tapi_error")).tapi?.code, LINEERR.INVALADDRESS);
  await desk.reachAll("201", "CONNECTED");
  await desk.fails(consult(NEVER_REPLIES), "timeout");
  await goesOn(desk);
});

Deno.test("a switch that takes calls back by itself is not told to", async () => {
  await using desk = await Desk.start({
    changed: ({ lineGetAddressCapsW }) => ({
      lineGetAddressCapsW: (...args) =>
        lineGetAddressCapsW(...args).then(
          setU32(args[5], AT.addressFlags, LINEADDRCAPFLAGS.AUTORECONNECT),
        ),
    }),
  });
  await desk.talk("201");
  desk.takeDeeds();
  await desk.fails(consult(REFUSED), "tapi_error");
  assert.deepEqual(desk.takeDeeds(), ["lineSetupTransferW", "lineDialW", "lineDrop"]);
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("a library that holds calls but does not dial leaves them as they were", async () => {
  await using desk = await Desk.start({ changed: () => ({ lineDialW: null }) });
  await desk.talk("201");
  await desk.fails(consult("203"), "not_supported");
  await goesOn(desk);
});

Deno.test("a consultation that cannot begin leaves the call alone", async () => {
  await using desk = await Desk.start({
    changed: () => ({ lineSetupTransferW: () => Promise.resolve(LINEERR.OPERATIONFAILED | 0) }),
  });
  await desk.talk("201");
  desk.takeDeeds();
  await desk.fails(consult("203"), "tapi_error");
  assert.deepEqual(desk.takeDeeds(), ["lineSetupTransferW"]);
  await goesOn(desk);
});

Deno.test("a conference that nobody could be added to goes on", async () => {
  await using desk = await Desk.start();
  await desk.talk("201");
  const { call: second } = await desk.does(consult("203"));
  await desk.reach(second, "CONNECTED");
  await desk.does({ cmd: "complete", line: "201", mode: "conference" });
  await desk.reachAll("201", "CONFERENCED", "CONFERENCED", "CONNECTED");
  await desk.fails(consult(REFUSED), "tapi_error");
  await desk.reachAll("201", "CONFERENCED", "CONFERENCED", "CONNECTED");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("a conference that was set up for nobody is an ordinary call again", async () => {
  const { COMPLETETRANSF, SETUPTRANSFER } = LINECALLFEATURE;
  await using desk = await Desk.start({ lacks: { call: COMPLETETRANSF | SETUPTRANSFER } });
  await desk.talk("201");
  await desk.fails(consult(REFUSED), "tapi_error");
  await goesOn(desk);
});

Deno.test("a consultation that meets a busy line is ended by hand", async () => {
  await using desk = await Desk.start();
  const first = await desk.talk("201");
  const { call: second } = await desk.does(consult(BUSY));
  await desk.reach(second, "BUSY");
  assert.equal(desk.stateOf(first), "ONHOLDPENDTRANSFER");
  await desk.fails({ cmd: "complete", line: "201", mode: "transfer" }, "not_supported");
  await desk.does({ cmd: "drop", line: "201" });
  await desk.reach(second, "IDLE");
  await desk.does({ cmd: "unhold", line: "201" });
  await goesOn(desk);
});

for (const mode of ["transfer", "conference"] as const) {
  Deno.test(`a ${mode} that is refused leaves the consultation as it was`, async () => {
    let refuses = true;
    await using desk = await Desk.start({
      changed: ({ lineCompleteTransfer }) => ({
        lineCompleteTransfer: (...args) =>
          refuses ? Promise.resolve(LINEERR.CONFERENCEFULL | 0) : lineCompleteTransfer(...args),
      }),
    });
    await desk.talk("201");
    const { call: second } = await desk.does(consult("203"));
    await desk.reach(second, "CONNECTED");
    const error = await desk.fails({ cmd: "complete", line: "201", mode }, "tapi_error");
    assert.equal(error.tapi?.name, "LINEERR_CONFERENCEFULL");
    assert.deepEqual(desk.statesOf("201"), ["ONHOLDPENDTRANSFER", "CONNECTED"]);
    refuses = false;
    await desk.does({ cmd: "complete", line: "201", mode });
    for (const line of ["201", "203"]) await desk.give({ cmd: "drop", line, all: true });
    await desk.ends();
  });
}

Deno.test("what cannot be undone is in the log, and the answer is the first failure", async () => {
  await using log = await LogRecorder.start();
  await using desk = await Desk.start({
    changed: () => ({ lineUnhold: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0) }),
  });
  const call = await desk.talk("201");
  const error = await desk.fails(consult(REFUSED), "tapi_error");
  assert.match(error.message, /lineDialW: LINEERR_CALLUNAVAIL/);
  assert.equal(
    log.count(
      /Line 201: a consultation cannot be undone: .*lineUnhold: LINEERR_OPERATIONUNAVAIL/,
    ),
    1,
  );
  assert.equal(desk.stateOf(call), "ONHOLDPENDTRANSFER");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("a line that closes between the steps ends the command, and no dead handle is used", async () => {
  let closes = true;
  await using desk = await Desk.start({
    changed: (fake) => ({
      lineDialW(...args) {
        if (closes) fake.forceClose("201");
        closes = false;
        return fake.lineDialW(...args);
      },
    }),
  });
  await desk.talk("201");
  desk.takeDeeds();
  const result = await desk.give(consult("203"));
  assert(!result.ok);
  assert(["provider_down", "tapi_error"].includes(result.error.code), result.error.code);
  assert.deepEqual(desk.takeDeeds(), ["lineSetupTransferW", "lineDialW"]);
  await desk.reachAll("201");
});

Deno.test("a call that ends while it is held for a consultation leaves only that", async () => {
  let ended = false;
  await using desk = await Desk.start({
    changed: (fake) => ({
      lineDialW(...args) {
        const { extensions, legs } = fake.exchange;
        for (const leg of legs.of(extensions.get("201")!)) {
          const outside = leg.call.ends.find((end) => end instanceof Outside);
          if (!ended) outside?.hangUp();
        }
        ended = true;
        return fake.lineDialW(...args);
      },
    }),
  });
  const first = await desk.talk("201", OUTSIDE);
  const { call: second } = await desk.does(consult("203"));
  await desk.reach(first, "IDLE");
  await desk.fails({ cmd: "complete", line: "201", mode: "transfer" }, "no_call");
  await desk.reach(second, "CONNECTED");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("what waits for its turn when the program stops is not begun on a line that is closed", async () => {
  let hangs = false;
  await using desk = await Desk.start({
    changed: ({ lineGetAddressStatusW }) => ({
      lineGetAddressStatusW: (...args) =>
        hangs ? new Promise(() => {}) : lineGetAddressStatusW(...args),
    }),
  });
  const forward = (to: string) =>
    desk.flow.program.commands.execute({ cmd: "forward", line: "201", when: "busy", to });
  hangs = true;
  const forwards = [forward("202"), forward("203")];
  await desk.flow.stop();
  const codes = (await Promise.all(forwards)).map((each) => each.ok || each.error.code);
  assert.deepEqual(codes, ["provider_down", "provider_down"]);
  const behind = desk.asked.slice(desk.asked.indexOf("lineClose"));
  assert(!behind.includes("lineGetAddressStatusW"), behind.join());
});

Deno.test("what was waiting for its turn when its line closed is not begun on the line that opens again", async () => {
  const hanging: (() => void)[] = [];
  await using desk = await Desk.start({
    changed: ({ lineMakeCallW }) => ({
      lineMakeCallW: (...args) =>
        hanging.length === 2
          ? lineMakeCallW(...args)
          : new Promise((resolve) => hanging.push(() => resolve(LINEERR.INVALLINEHANDLE | 0))),
    }),
  });
  desk.takeDeeds();
  const dials = ["1", "2", "3"].map((digit) =>
    desk.flow.program.commands.execute({ cmd: "dial", line: "201", number: OUTSIDE + digit })
  );
  await desk.flow.pass(() => hanging.length === 2);
  desk.flow.fake.forceClose("201");
  const codes = (await Promise.all(dials)).map((each) => each.ok || each.error.code);
  assert.deepEqual(codes, ["provider_down", "provider_down", "provider_down"]);
  const isOpen = () =>
    desk.flow.program.state.lines().some(({ line, status }) => line === "201" && status === "open");
  await desk.flow.pass(() => !isOpen());
  await desk.flow.pass(isOpen);
  hanging.forEach((goOn) => goOn());
  // The next one, and no other.
  const { call } = await desk.does({ cmd: "dial", line: "201", number: OUTSIDE });
  assert.deepEqual(desk.takeDeeds(), ["lineMakeCallW", "lineMakeCallW", "lineMakeCallW"]);
  await desk.reach(call, "CONNECTED");
  assert.equal(desk.callsOf("201").length, 1);
});
