/**
 * Every command over the native stand-in: the right function, the right handles, the right order;
 * replies that come early, late, with an error or never; memory that stays until then.
 */
import assert from "node:assert/strict";
import type { Command, CommandOutcome, CommandResult } from "../../src/model/command.ts";
import { FastClock } from "../support/clock.ts";
import { socketTurn, until } from "../support/patience.ts";
import { nativeTest, type Rig } from "./rig.ts";
import { REPLY } from "./standin.ts";

const NUMBER = "+441632960123";
const ANOTHER = "+441632960456";

// tapi.h's numbers.
const STATE = { OFFERING: 0x2, CONNECTED: 0x100, ONHOLD: 0x400 } as const;
const SETUPTRANSFER = 0x2000000;
const COMPLETETRANSF = 0x20;
const HOLD = 0x800;
const CALLUNAVAIL = { code: 0x80000005, name: "LINEERR_CALLUNAVAIL" };

/** Time runs twenty times as fast for the program: a reply that does not come is missed soon. */
const fast = () => ({ clock: new FastClock(20), args: ["--reply-timeout-seconds", "2"] });

const hex = (handle: number) => `0x${handle.toString(16).toUpperCase()}`;
const ON_LINE = { line: "201" } as const;

/** A rig, and what the program has done to the stand-in since the last look. */
class Bench {
  #looked = 0;

  constructor(readonly rig: Rig) {}

  give(command: Command): Promise<CommandResult> {
    return this.rig.program.commands.execute(command);
  }

  async does(command: Command): Promise<CommandOutcome> {
    const result = await this.give(command);
    assert(result.ok, JSON.stringify({ command, result }));
    return result.outcome;
  }

  /** The calls of functions that do something, without what they answered. */
  takeDeeds(): string[] {
    const { log } = this.rig.standin;
    const news = log.slice(this.#looked);
    this.#looked = log.length;
    return news.map((line) => line.replace(/ = \S+$/, ""))
      .filter((line) => !/^line(Get|Deallocate|Negotiate|Open|Set(Status)|Init|Close)/.test(line));
  }

  /** A call on 201 in this state, that the program knows of. @returns Its HCALL. */
  async call(state: number, caller = NUMBER): Promise<number> {
    const known = this.states().length;
    const call = this.rig.standin.offerCall(0, { caller });
    if (state !== STATE.OFFERING) this.rig.standin.setState(call, state);
    const name = Object.entries(STATE).find(([, value]) => value === state)?.[0];
    await until(() => this.states().length === known + 1 && this.states().at(-1) === name);
    this.takeDeeds();
    return call;
  }

  /** The states of 201's calls, in the order in which they began. */
  states(): string[] {
    return this.rig.program.state.calls().filter(({ line }) => line === "201").map(({ state }) =>
      state
    );
  }

  reach(...states: string[]): Promise<void> {
    return until(() => this.states().join() === states.join());
  }
}

interface Case {
  readonly command: Command;
  readonly state: number;
  /** The function, with the call's handle. */
  readonly deed: (call: string) => string;
  /** What comes of it. */
  readonly then: readonly string[];
  readonly outcome?: CommandOutcome;
}

const CASES: readonly Case[] = [
  {
    command: { cmd: "answer", ...ON_LINE },
    state: STATE.OFFERING,
    deed: (call) => `lineAnswer(call=${call} size=0)`,
    then: ["CONNECTED"],
  },
  {
    command: { cmd: "redirect", ...ON_LINE, number: ANOTHER },
    state: STATE.OFFERING,
    deed: (call) => `lineRedirectW(call=${call} country=0 "${ANOTHER}")`,
    then: [],
  },
  {
    command: { cmd: "hold", ...ON_LINE },
    state: STATE.CONNECTED,
    deed: (call) => `lineHold(call=${call})`,
    then: ["ONHOLD"],
  },
  {
    command: { cmd: "unhold", ...ON_LINE },
    state: STATE.ONHOLD,
    deed: (call) => `lineUnhold(call=${call})`,
    then: ["CONNECTED"],
  },
  {
    command: { cmd: "transfer", ...ON_LINE, number: ANOTHER },
    state: STATE.CONNECTED,
    deed: (call) => `lineBlindTransferW(call=${call} country=0 "${ANOTHER}")`,
    then: [],
  },
  {
    command: { cmd: "park", ...ON_LINE, slot: "77" },
    state: STATE.CONNECTED,
    deed: (call) => `lineParkW(call=${call} mode=1 "77")`,
    then: [],
    outcome: { slot: "77" },
  },
  {
    command: { cmd: "park", ...ON_LINE },
    state: STATE.CONNECTED,
    deed: (call) => `lineParkW(call=${call} mode=2)`,
    then: [],
    outcome: { slot: "7000" },
  },
  {
    command: { cmd: "drop", ...ON_LINE },
    state: STATE.CONNECTED,
    deed: (call) => `lineDrop(call=${call} size=0)`,
    then: [],
  },
];

for (const { command, state, deed, then, outcome = {} } of CASES) {
  const name = "slot" in command ? `${command.cmd} in a slot` : command.cmd;

  nativeTest(
    `${name}: the owner's function, with the call's handle`,
    { voiceLines: 2 },
    async (rig) => {
      for (const mode of [REPLY.AT_ONCE, REPLY.EARLY]) {
        rig.standin.replyMode(mode);
        const bench = new Bench(rig);
        const call = await bench.call(state);
        assert.deepEqual(await bench.does(command), outcome);
        assert.deepEqual(bench.takeDeeds(), [
          `lineSetCallPrivilege(call=${hex(call)} privilege=4)`,
          deed(hex(call)),
        ]);
        await bench.reach(...then);
        rig.standin.replyMode(REPLY.AT_ONCE);
        if (then.length > 0) await bench.does({ cmd: "drop", line: "201", all: true });
        await bench.reach();
      }
    },
  );

  nativeTest(
    `${name}: a reply with an error is answered with it, and the call is as it was`,
    { voiceLines: 1 },
    async (rig) => {
      const bench = new Bench(rig);
      await bench.call(state);
      const before = bench.states();
      rig.standin.replyMode(REPLY.ERROR, CALLUNAVAIL.code);
      const result = await bench.give(command);
      assert(!result.ok);
      assert.equal(result.error.code, "tapi_error");
      assert.deepEqual(result.error.tapi, CALLUNAVAIL);
      assert.deepEqual(bench.states(), before);
    },
  );

  nativeTest(
    `${name}: no reply is a timeout; memory stays until it comes after all`,
    { voiceLines: 1 },
    async (rig) => {
      const bench = new Bench(rig);
      await bench.call(state);
      rig.standin.replyMode(REPLY.LATE);
      const result = await bench.give(command);
      assert(!result.ok);
      assert.equal(result.error.code, "timeout");
      collectGarbage();
      assert.equal(rig.standin.releaseReplies(), 1);
      await bench.reach(...then);
    },
    fast(),
  );
}

nativeTest("dtmf is done when its function returns", { voiceLines: 1 }, async (rig) => {
  const bench = new Bench(rig);
  const call = await bench.call(STATE.CONNECTED);
  rig.standin.replyMode(REPLY.NEVER);
  assert.deepEqual(await bench.does({ cmd: "dtmf", ...ON_LINE, digits: "1,2#" }), {});
  assert.deepEqual(bench.takeDeeds(), [
    `lineSetCallPrivilege(call=${hex(call)} privilege=4)`,
    `lineGenerateDigitsW(call=${hex(call)} mode=2 duration=0 "1,2#")`,
  ]);
});

nativeTest("swap names the active call first, and owns both", { voiceLines: 1 }, async (rig) => {
  const bench = new Bench(rig);
  const held = await bench.call(STATE.ONHOLD);
  const active = await bench.call(STATE.CONNECTED);
  await bench.does({ cmd: "swap", line: "201" });
  assert.deepEqual(bench.takeDeeds(), [
    `lineSetCallPrivilege(call=${hex(active)} privilege=4)`,
    `lineSetCallPrivilege(call=${hex(held)} privilege=4)`,
    `lineSwapHold(active=${hex(active)} held=${hex(held)})`,
  ]);
  await bench.reach("CONNECTED", "ONHOLD");
});

/** The HCALL on which the program dialled last. */
function dialledIn(deeds: readonly string[]): string {
  return /lineDialW\(call=(0x[0-9A-F]+)/.exec(deeds.at(-1) ?? "")?.[1] ?? "none";
}

for (const reply of ["AT_ONCE", "EARLY"] as const) {
  nativeTest(
    `a consultation ends in a transfer (replies ${reply})`,
    { voiceLines: 1 },
    async (rig) => {
      rig.standin.replyMode(REPLY[reply]);
      const bench = new Bench(rig);
      const call = hex(await bench.call(STATE.CONNECTED));
      const { call: second } = await bench.does({ cmd: "consult", ...ON_LINE, number: ANOTHER });
      await bench.reach("ONHOLDPENDTRANSFER", "CONNECTED");
      assert.equal(rig.program.state.calls().at(-1)?.id, second);
      const deeds = bench.takeDeeds();
      const consultation = dialledIn(deeds);
      assert.deepEqual(deeds, [
        `lineSetCallPrivilege(call=${call} privilege=4)`,
        `lineSetupTransferW(call=${call})`,
        `lineDialW(call=${consultation} country=0 "${ANOTHER}")`,
      ]);
      assert.notEqual(consultation, call);
      await bench.does({ cmd: "complete", line: "201", mode: "transfer" });
      assert.deepEqual(bench.takeDeeds(), [
        `lineCompleteTransfer(call=${call} consult=${consultation} mode=1)`,
      ]);
      await bench.reach();
    },
  );
}

nativeTest("a consultation ends in a conference, which grows", { voiceLines: 1 }, async (rig) => {
  const bench = new Bench(rig);
  const call = hex(await bench.call(STATE.CONNECTED));
  await bench.does({ cmd: "consult", ...ON_LINE, number: ANOTHER });
  await bench.reach("ONHOLDPENDTRANSFER", "CONNECTED");
  const consultation = dialledIn(bench.takeDeeds());
  const outcome = await bench.does({ cmd: "complete", line: "201", mode: "conference" });
  assert.deepEqual(bench.takeDeeds(), [
    `lineCompleteTransfer(call=${call} consult=${consultation} mode=2)`,
  ]);
  await bench.reach("CONFERENCED", "CONFERENCED", "CONNECTED");
  assert.equal(rig.program.state.calls().at(-1)?.id, outcome.call);

  await bench.does({ cmd: "consult", ...ON_LINE, number: NUMBER });
  await bench.reach("CONFERENCED", "CONFERENCED", "ONHOLDPENDCONF", "CONNECTED");
  const deeds = bench.takeDeeds();
  const third = dialledIn(deeds);
  const conference = /conference=(0x[0-9A-F]+)/.exec(deeds[0] ?? "")?.[1] ?? "none";
  assert.deepEqual(deeds, [
    `linePrepareAddToConferenceW(conference=${conference})`,
    `lineDialW(call=${third} country=0 "${NUMBER}")`,
  ]);
  await bench.does({ cmd: "complete", line: "201", mode: "conference" });
  assert.deepEqual(bench.takeDeeds(), [
    `lineAddToConference(conference=${conference} consult=${third})`,
  ]);
  await bench.reach("CONFERENCED", "CONFERENCED", "CONNECTED", "CONFERENCED");
});

nativeTest(
  "if the switch requires it, a conference is set up first",
  { voiceLines: 1 },
  async (rig) => {
    const bench = new Bench(rig);
    const call = hex(await bench.call(STATE.CONNECTED));
    await bench.does({ cmd: "consult", ...ON_LINE, number: ANOTHER });
    await bench.reach("CONFERENCED", "ONHOLDPENDCONF", "CONNECTED");
    const deeds = bench.takeDeeds();
    assert.deepEqual(deeds.slice(0, 2), [
      `lineSetCallPrivilege(call=${call} privilege=4)`,
      `lineSetupConferenceW(call=${call} line=${hex(rig.standin.line(0))} parties=3)`,
    ]);
    await bench.does({ cmd: "complete", line: "201", mode: "conference" });
    const [added = ""] = bench.takeDeeds();
    assert.match(added, new RegExp(`^lineAddToConference\\(.* consult=${dialledIn(deeds)}\\)$`));
    await bench.reach("CONFERENCED", "CONNECTED", "CONFERENCED");
  },
  { before: (standin) => standin.lack(SETUPTRANSFER | COMPLETETRANSF) },
);

nativeTest(
  "a dial that is refused drops the consultation and takes the call back",
  { voiceLines: 1 },
  async (rig) => {
    const bench = new Bench(rig);
    const call = hex(await bench.call(STATE.CONNECTED));
    rig.standin.fail("lineDialW", CALLUNAVAIL.code, 1);
    const result = await bench.give({ cmd: "consult", ...ON_LINE, number: ANOTHER });
    assert(!result.ok);
    assert.deepEqual(result.error.tapi, CALLUNAVAIL);
    const deeds = bench.takeDeeds();
    const consultation = /call=(0x[0-9A-F]+)/.exec(deeds.at(2) ?? "")?.[1];
    assert.deepEqual(deeds.slice(1), [
      `lineSetupTransferW(call=${call})`,
      `lineDialW(call=${consultation} country=0 "${ANOTHER}")`,
      `lineDrop(call=${consultation} size=0)`,
      `lineUnhold(call=${call})`,
    ]);
    await bench.reach("CONNECTED");
  },
);

nativeTest(
  "a consultation that begins after nobody waits any more is taken back",
  { voiceLines: 1 },
  async (rig) => {
    const bench = new Bench(rig);
    const call = hex(await bench.call(STATE.CONNECTED));
    rig.standin.replyMode(REPLY.LATE);
    const result = await bench.give({ cmd: "consult", ...ON_LINE, number: ANOTHER });
    assert(!result.ok);
    assert.equal(result.error.code, "timeout");
    collectGarbage();
    rig.standin.replyMode(REPLY.AT_ONCE);
    rig.standin.releaseReplies();
    await until(() => rig.standin.callsOf("lineUnhold") === 1);
    const deeds = bench.takeDeeds();
    assert.match(deeds.at(-2) ?? "", /^lineDrop\(/);
    assert.equal(deeds.at(-1), `lineUnhold(call=${call})`);
    assert(!deeds.some((deed) => deed.startsWith("lineDialW")));
    await bench.reach("CONNECTED");
  },
  fast(),
);

nativeTest("calls are taken from a slot and from others", { voiceLines: 1 }, async (rig) => {
  for (const mode of [REPLY.AT_ONCE, REPLY.EARLY]) {
    rig.standin.replyMode(mode);
    const bench = new Bench(rig);
    bench.takeDeeds();
    const line = hex(rig.standin.line(0));
    const cases: [Command, string][] = [
      [{ cmd: "unpark", line: "201", slot: "77" }, `lineUnparkW(line=${line} address=0 "77")`],
      [
        { cmd: "pickup", line: "201", from: "203" },
        `linePickupW(line=${line} address=0 group=0 "203")`,
      ],
      [{ cmd: "pickup", line: "201" }, `linePickupW(line=${line} address=0 group=0)`],
      [
        { cmd: "pickup", line: "201", group: "5" },
        `linePickupW(line=${line} address=0 group=1)`,
      ],
    ];
    for (const [command, deed] of cases) {
      const { call } = await bench.does(command);
      assert.deepEqual(bench.takeDeeds(), [deed]);
      await bench.reach("CONNECTED");
      assert.equal(rig.program.state.calls()[0]?.id, call);
      // The call is the program's own already.
      await bench.does({ cmd: "drop", ...ON_LINE });
      assert.equal(bench.takeDeeds().length, 1);
      await bench.reach();
    }
  }
});

nativeTest("one kind of forwarding is changed, the others stay", { voiceLines: 1 }, async (rig) => {
  const bench = new Bench(rig);
  bench.takeDeeds();
  const line = hex(rig.standin.line(0));
  const forwards = () =>
    rig.program.state.lines()[0]?.forwards.map(({ when, to }) => `${when} ${to}`).join() ?? "";
  const steps: ["always" | "busy" | "no_answer", string | null, string, number][] = [
    ["busy", "202", "busy 202", 1],
    ["no_answer", ANOTHER, `busy 202,no_answer ${ANOTHER}`, 2],
    ["busy", "203", `no_answer ${ANOTHER},busy 203`, 2],
    ["always", "204", `no_answer ${ANOTHER},busy 203,always 204`, 3],
    ["no_answer", null, "busy 203,always 204", 2],
    ["busy", null, "always 204", 1],
    ["always", null, "", 0],
  ];
  for (const [when, to, told, entries] of steps) {
    assert.deepEqual(await bench.does({ cmd: "forward", line: "201", when, to }), {});
    assert.deepEqual(bench.takeDeeds(), [
      `lineForwardW(line=${line} all=0 address=0 entries=${entries} rings=0)`,
    ]);
    await until(() => forwards() === told);
  }
  assert.equal(rig.program.live.handles, 0);
});

nativeTest(
  "memory of every kind survives garbage collection until LINE_REPLY",
  { voiceLines: 1 },
  async (rig) => {
    const bench = new Bench(rig);
    await bench.call(STATE.CONNECTED);
    rig.standin.replyMode(REPLY.LATE);
    const results = [
      bench.does({ cmd: "park", ...ON_LINE }),
      bench.does({ cmd: "unpark", line: "201", slot: "77" }),
      bench.does({ cmd: "pickup", line: "201", from: "203" }),
      bench.does({ cmd: "forward", line: "201", when: "busy", to: "202" }),
    ];
    await until(() => rig.standin.pendingReplies === results.length);
    for (let round = 0; round < 10; round++) {
      collectGarbage();
      // Whatever was wrongly freed is used again by this.
      Array.from({ length: 1000 }, () => new Uint8Array(512).fill(0xee));
      await socketTurn();
    }
    assert.equal(rig.standin.releaseReplies(), results.length);
    const [slot, unparked, pickedUp] = await Promise.all(results);
    assert.deepEqual(slot, { slot: "7000" });
    assert(unparked?.call !== undefined && pickedUp?.call !== undefined);
    assert.notEqual(unparked.call, pickedUp.call);
    await bench.reach("CONNECTED", "CONNECTED");
  },
);

nativeTest(
  "features are asked as the owner: monitors may be told of none",
  { voiceLines: 1 },
  async (rig) => {
    rig.standin.lack(0, true);
    const bench = new Bench(rig);
    const call = await bench.call(STATE.OFFERING);
    const result = await bench.give({ cmd: "hold", line: "201" });
    assert(!result.ok);
    assert.equal(result.error.code, "not_supported");
    assert.match(result.error.message, /LINECALLFEATURE_HOLD in the state OFFERING/);
    assert.deepEqual(bench.takeDeeds(), [`lineSetCallPrivilege(call=${hex(call)} privilege=4)`]);
    await bench.does({ cmd: "answer", ...ON_LINE });
    await bench.reach("CONNECTED");
  },
);

nativeTest(
  "what a line never allows is not asked for, and takes no ownership",
  { voiceLines: 1 },
  async (rig) => {
    const bench = new Bench(rig);
    await bench.call(STATE.CONNECTED);
    const result = await bench.give({ cmd: "hold", ...ON_LINE });
    assert(!result.ok);
    assert.equal(result.error.code, "not_supported");
    assert.deepEqual(bench.takeDeeds(), []);
  },
  { before: (standin) => standin.lack(HOLD) },
);

/** Forces a collection: the test task runs V8 with --expose-gc. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  assert(gc, "run with --v8-flags=--expose-gc");
  gc();
}
