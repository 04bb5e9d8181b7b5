/**
 * The settings of telephones, as Avaya IP Office's driver reports them in its own block and takes them
 * by lineDevSpecific, and as other drivers have them in TAPI.
 */
import assert from "node:assert/strict";
import { LIE } from "../native/standin.ts";
import { bits, DIAL, type Field, fieldTest, pick, REPLY, type StandIn, tokens } from "./rig.ts";
import type { Script } from "../native/script.ts";

const DEVSPECIFIC = bits("LINEDEVSTATE", "DEVSPECIFIC");
/** What a driver lists that says nothing of its own means. */
const UNLISTED = bits("LINEDEVSTATE", "INSERVICE|OUTOFSERVICE|MSGWAITON|MSGWAITOFF");

/** Devices 0 and 1 are 8000 and 8001, as Avaya's driver has them; device 2 is another driver's. */
function avaya(_: StandIn, script: Script): void {
  script.play(`
    address 0 8000
    address 1 8001
    provider 0 Avaya
    provider 1 Avaya
    block 0 ext=8000 vmon=1 cw=1 groups=1
    block 1 ext=8001
  `);
}

const AVAYA = { lines: 3, before: avaya };
/** Everybody may do everything that needs no token; the token `chief` may supervise and send bytes. */
const CHIEF = {
  chief: { can: ["monitor", "control", "supervise", "vendor"], lines: ["*"] },
  team: { can: ["monitor", "supervise"], lines: ["8000"] },
};

async function lineIs(field: Field, members: Record<string, unknown>, line = "8000") {
  await field.becomes(async () => pick(await field.line(line), members), members);
}

/** The bytes given to lineDevSpecific, in hex, with the code before the text. */
function sent(field: Field): string[] {
  return field.asked("lineDevSpecific").map((entry) => /"([0-9a-f]*)"/.exec(entry)?.[1] ?? entry);
}

fieldTest(
  "the block is read when the line is opened, and names what the line can do",
  AVAYA,
  async (field) => {
    await lineIs(field, {
      doNotDisturb: false,
      voicemail: { on: true, unread: 0, read: 0 },
      user: { number: "8000" },
      groups: { member: 1, disabled: 0 },
      absence: null,
      callWaiting: true,
    });
    const { vendor, can } = await field.line("8000");
    assert.equal(vendor.name, "avaya_ip_office");
    for (
      const name of ["dnd", "group", "login", "logout", "account", "lamp", "intrude", "listen"]
    ) {
      assert(can.includes(name), name);
    }
    const other = await field.line("203");
    assert.deepEqual(pick(other, { user: 0, vendor: 0 }), { user: undefined, vendor: undefined });
    assert(!other.can.includes("dnd"));
  },
);

/** The two messages by which the driver may say that something changed: which comes when is unknown. */
const MESSAGES = {
  "LINE_DEVSPECIFIC": "devspec 0",
  "LINE_LINEDEVSTATE": "devstate 0 DEVSPECIFIC",
  "both": "devspec 0\ndevstate 0 DEVSPECIFIC",
};

for (const [name, message] of Object.entries(MESSAGES)) {
  fieldTest(`what changes at the telephone is told by ${name}`, AVAYA, async (field) => {
    const change = async (block: string, members: Record<string, unknown>) => {
      field.play(`block 0 ext=8000 vmon=1 ${block}\n${message}`);
      await lineIs(field, members);
    };
    await change("groups=1 dnd=1", { doNotDisturb: true, groups: { member: 1, disabled: 0 } });
    await change("groups=1 fwdall=1 fwdto=01632960999", {
      doNotDisturb: false,
      forwards: [{ when: "always", to: "01632960999" }],
    });
    await change("vmread=2 vmunread=3 disabled=1", {
      voicemail: { on: true, unread: 3, read: 2 },
      messageWaiting: true,
      groups: { member: 0, disabled: 1 },
      forwards: [],
    });
    field.play("devstate 0 OUTOFSERVICE");
    await lineIs(field, { status: "out_of_service" });
    field.play("devstate 0 INSERVICE");
    await lineIs(field, { status: "open" });
    // Somebody else has logged in at the telephone; then nobody is. The line stays the telephone's.
    await change("user=8005", { user: { number: "8005" }, messageWaiting: false });
    field.play(`block 0 ext=8000 user=\n${message}`);
    await lineIs(field, { user: null, line: "8000" });
    const changes = field.v2.events.filter(({ type, line }) =>
      type === "line" && line.line === "8000"
    );
    assert(changes.some(({ change }) => change === "settings"));
    assert(changes.some(({ change }) => change === "forwarding"));
  });
}

fieldTest(
  "hot desking: a block that begins with another address is another line's",
  AVAYA,
  async (field) => {
    await lineIs(field, { doNotDisturb: false });
    // The other reading: the driver writes the user's extension first.
    field.play("block 0 ext=8005 dnd=1\ndevspec 0");
    await field.becomes(async () => (await field.line("8000")).can.includes("login"), false);
    assert.equal((await field.line("8000")).doNotDisturb, false);
    field.play("block 0 ext=8000 dnd=1\ndevspec 0");
    await lineIs(field, { doNotDisturb: true });
    assert((await field.line("8000")).can.includes("login"));
  },
);

fieldTest("a burst of messages causes one read", AVAYA, async (field) => {
  await lineIs(field, { doNotDisturb: false });
  const reads = () => field.standin.callsOf("lineGetLineDevStatusW");
  const before = reads();
  field.play(`block 0 ext=8000 dnd=1\n${"devspec 0\ndevstate 0 DEVSPECIFIC\n".repeat(100)}`);
  await lineIs(field, { doNotDisturb: true });
  await field.settled(2);
  assert(reads() - before <= 10, `${reads() - before} reads`);
});

fieldTest(
  "changes are asked for although the driver does not list them",
  {
    ...AVAYA,
    before: (standin, script) => {
      avaya(standin, script);
      standin.set("LINEDEVCAPS", { dwLineStates: UNLISTED }, 0);
      standin.set("LINEDEVCAPS", { dwLineStates: UNLISTED }, 2);
    },
  },
  async (field) => {
    await lineIs(field, { doNotDisturb: false });
    const asked = field.asked("lineSetStatusMessages").map((entry) =>
      Number(/line_states=(0x[0-9A-F]+)/i.exec(entry)?.[1]) & DEVSPECIFIC
    );
    assert.deepEqual(asked.toSorted((a, b) => b - a), [DEVSPECIFIC, DEVSPECIFIC, 0]);
  },
);

fieldTest(
  "a setting turns a vendor's own means off",
  { ...AVAYA, args: ["--vendor-features", "false"] },
  async (field) => {
    const { vendor, can, user } = await field.line("8000");
    assert.deepEqual([vendor, user], [undefined, undefined]);
    assert(!can.includes("login"));
    const { error } = await field.ask({ cmd: "login", line: "8000", user: "8005" });
    assert.equal(error.code, "not_supported");
    assert.deepEqual(sent(field), []);
  },
);

fieldTest(
  "commands reach the driver, whose memory stays until it has replied",
  AVAYA,
  async (field) => {
    await lineIs(field, { callWaiting: true });
    field.standin.replyMode(REPLY.LATE);
    const commands: [object, string][] = [
      [{ cmd: "dnd", on: true }, "090700"],
      [{ cmd: "dnd", on: false }, "090800"],
      [{ cmd: "group", mode: "out", group: "110" }, "094d31313000"],
      [{ cmd: "group", mode: "in" }, "094c00"],
      [{ cmd: "login", user: "8005" }, "083830303500"],
      [{ cmd: "logout" }, "092f00"],
      [{ cmd: "account", code: "47" }, "0965343700"],
      [{ cmd: "lamp", on: true }, "09493b4d61696c626f78204d736773"],
    ];
    for (const [command, expected] of commands) {
      const count = sent(field).length;
      const answer = field.does({ line: "8000", ...command });
      await field.until("the driver is asked", () => field.standin.pendingReplies > 0);
      // Unreferenced memory is collected now, and used again.
      (globalThis as { gc?: () => void }).gc?.();
      field.standin.releaseReplies();
      assert.deepEqual(await answer, {});
      const [now = ""] = sent(field).slice(count);
      assert(now.startsWith(expected), `${JSON.stringify(command)}: ${now}`);
    }
  },
);

fieldTest(
  "forwarding is set by the vendor's means, within what it can keep",
  AVAYA,
  async (field) => {
    await lineIs(field, { callWaiting: true });
    const forward = { cmd: "forward", line: "8000", when: "always" };
    await field.does({ ...forward, to: "8002" });
    assert.deepEqual(sent(field), ["09063830303200", "090000"]);
    field.play("block 0 ext=8000 fwdall=1 fwdto=8002\ndevspec 0");
    await lineIs(field, { forwards: [{ when: "always", to: "8002" }] });
    const { error } = await field.ask({ ...forward, when: "busy", to: "8009" });
    assert.equal(error.code, "not_supported");
    assert.match(error.message, /one number/);
    await field.does({ ...forward, to: null });
    assert.deepEqual(sent(field).slice(2), ["090100"]);
    assert.equal(field.standin.callsOf("lineForwardW"), 0);
  },
);

fieldTest(
  "intruding and listening need the right, on both lines; bytes need theirs",
  { ...AVAYA, settings: tokens(CHIEF) },
  async (field) => {
    await lineIs(field, { callWaiting: true });
    const post = async (token: string | undefined, command: object) => {
      const response = await fetch(`http://127.0.0.1:${field.port}/api/v2/commands`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...token !== undefined && { authorization: `Bearer ${token}` },
        },
        body: JSON.stringify({ line: "8000", ...command }),
      });
      return (await response.json()).error?.code ?? "done";
    };
    for (const cmd of ["intrude", "listen"]) {
      const command = { cmd, extension: "8001" };
      assert.equal(await post(undefined, command), "not_permitted");
      // This token may not see the other line.
      assert.equal(await post("team", command), "unknown_line");
      assert.equal(await post("chief", command), "done");
    }
    assert.equal(await post("team", { cmd: "intrude", extension: "8000" }), "done");
    assert.equal(await post("team", { cmd: "dnd", on: true }), "not_permitted");
    assert.equal(await post(undefined, { cmd: "vendor", data: "092f" }), "not_permitted");
    assert.equal(await post("chief", { cmd: "vendor", data: "092f" }), "done");
    assert.equal(await post("chief", { cmd: "vendor", data: "092" }), "bad_request");
    assert.deepEqual(sent(field), [
      "09533830303100",
      "09643830303100",
      "09533830303000",
      "092f",
    ]);
  },
);

fieldTest(
  "a command that is not answered in time is not sent again",
  { ...AVAYA, speed: 50 },
  async (field) => {
    await lineIs(field, { callWaiting: true });
    field.standin.replyMode(REPLY.NEVER);
    const { error } = await field.ask({ cmd: "forward", line: "8000", when: "always", to: "8002" });
    assert.equal(error.code, "timeout");
    assert.deepEqual(sent(field), ["09063830303200"], "nor is what comes after it");
    field.standin.replyMode(REPLY.AT_ONCE);
    await field.pass(60);
    assert.equal(sent(field).length, 1);
  },
);

/** Another driver: what it can do is in its capabilities. */
const OTHER = {
  before: (standin: StandIn) => {
    const dnd = bits("LINEADDRFEATURE", "FORWARDDND|FORWARDFWD|FORWARD|MAKECALL");
    standin.set("LINEADDRESSCAPS", {
      dwAddressFeatures: dnd,
      dwCallCompletionModes: bits("LINECALLCOMPLMODE", "INTRUDE"),
      dwCallFeatures: 0xffffffff,
    }, 0);
    standin.set("LINEADDRESSSTATUS", { dwAddressFeatures: dnd }, 0);
    standin.set("LINEDEVCAPS", {
      dwSettableDevStatus: bits("LINEDEVSTATUSFLAGS", "MSGWAIT"),
    }, 0);
  },
};

fieldTest("do not disturb of another driver is a forward to nobody", OTHER, async (field) => {
  await lineIs(field, { doNotDisturb: false, user: undefined }, "201");
  await field.does({ cmd: "forward", line: "201", when: "busy", to: "202" });
  await field.does({ cmd: "dnd", line: "201", on: true });
  const busy = { when: "busy", to: "202" };
  await lineIs(field, { doNotDisturb: true, forwards: [busy, { when: "always", to: "" }] }, "201");
  await field.does({ cmd: "dnd", line: "201", on: false });
  await lineIs(field, { doNotDisturb: false, forwards: [busy] }, "201");
  // Turned off, it leaves a number alone.
  await field.does({ cmd: "forward", line: "201", when: "always", to: "202" });
  await field.does({ cmd: "dnd", line: "201", on: false });
  await lineIs(field, { forwards: [busy, { when: "always", to: "202" }] }, "201");
});

fieldTest("the message lamp of another driver is a status of the device", OTHER, async (field) => {
  const { can } = await field.line("201");
  assert(can.includes("lamp"));
  assert(!(await field.line("202")).can.includes("lamp"));
  await field.does({ cmd: "lamp", line: "201", on: true });
  await lineIs(field, { messageWaiting: true }, "201");
  await field.does({ cmd: "lamp", line: "201", on: false });
  await lineIs(field, { messageWaiting: false }, "201");
});

fieldTest(
  "a line of another driver joins a busy call that it has dialled",
  { ...OTHER, settings: tokens(CHIEF) },
  async (field) => {
    await field.ask({ cmd: "auth", token: "chief" });
    field.standin.dialScript(DIAL.BUSY);
    const intrude = { cmd: "intrude", line: "201", extension: "202" };
    const post = async () => {
      const response = await fetch(`http://127.0.0.1:${field.port}/api/v2/commands`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer chief" },
        body: JSON.stringify(intrude),
      });
      return (await response.json()).error?.code ?? "done";
    };
    assert.equal(await post(), "no_call");
    await field.does({ cmd: "dial", line: "201", number: "202" });
    await field.call({ state: "BUSY" }, "201");
    assert.equal(await post(), "not_supported", "the call does not allow it now");
    field.play("made x 0\nfeatures x DROP|COMPLETECALL");
    assert.equal(await post(), "done");
    await field.call({ state: "CONNECTED" }, "201");
  },
);

/** Line 201 has an agent that three groups take, and one of them has. */
const AGENT = {
  before: (standin: StandIn) => {
    standin.addGroup(0, 110, "110", true);
    standin.addGroup(0, 120, "Sales");
    standin.addGroup(0, 130, "Wärme 😀");
  },
};

const agentIs = (field: Field, member: number, disabled: number) =>
  lineIs(field, { groups: { member, disabled } }, "201");

fieldTest("an agent's groups are read, and set one by one or all at once", AGENT, async (field) => {
  await agentIs(field, 1, 2);
  assert((await field.line("201")).can.includes("group"));
  const other = await field.line("202");
  assert.deepEqual([other.groups, other.can.includes("group")], [undefined, false]);
  const set = (mode: string, group?: string) =>
    field.does({ cmd: "group", line: "201", mode, ...group !== undefined && { group } });
  // Nothing but the command tells of these.
  await set("in", "Wärme 😀");
  await agentIs(field, 2, 1);
  await set("in", "Sales");
  await agentIs(field, 3, 0);
  await set("out", "110");
  await agentIs(field, 2, 1);
  await set("out");
  await agentIs(field, 0, 3);
  await set("in");
  await agentIs(field, 3, 0);
  const { error } = await field.ask({ cmd: "group", line: "201", mode: "in", group: "999" });
  assert.equal(error.code, "not_supported");
  const entries = field.asked("lineSetAgentGroup").map((call) => /entries=(\d+)/.exec(call)?.[1]);
  assert.deepEqual(entries, ["2", "3", "2", "0", "3"]);
});

fieldTest("what an agent handler changes by itself is read again", AGENT, async (field) => {
  await agentIs(field, 1, 2);
  const tell = (message: string, device = 0) =>
    field.standin.post(bits("LINE", message), field.standin.line(device), 0, 1);
  const calls = () => field.standin.callsOf("lineGetAgentStatusW");
  const before = calls();
  field.standin.addGroup(0, 140, "Night", true);
  for (let i = 0; i < 100; i++) tell("AGENTSTATUS");
  await agentIs(field, 2, 2);
  await field.settled();
  assert(calls() - before <= 10, `${calls() - before} reads`);
  // It ceases to run; another one comes for another line.
  field.standin.forgetGroups(0);
  field.standin.addGroup(1, 7, "Sales", true);
  tell("PROXYSTATUS");
  tell("PROXYSTATUS", 1);
  await field.becomes(async () => (await field.line("201")).can.includes("group"), false);
  await lineIs(field, { groups: { member: 1, disabled: 0 } }, "202");
  const { error } = await field.ask({ cmd: "group", line: "201", mode: "out" });
  assert.equal(error.code, "not_supported");
  assert.equal(field.standin.callsOf("lineSetAgentGroup"), 0);
});

fieldTest("an agent whose groups cannot be set now does not offer it", {
  before: (standin: StandIn) => {
    AGENT.before(standin);
    const dwAgentFeatures = bits("LINEAGENTFEATURE", "GETAGENTGROUP");
    standin.set("LINEAGENTSTATUS", { dwAgentFeatures }, 0);
  },
}, async (field) => {
  await agentIs(field, 1, 2);
  assert(!(await field.line("201")).can.includes("group"));
  const { error } = await field.ask({ cmd: "group", line: "201", mode: "in" });
  assert.equal(error.code, "not_supported");
  assert.equal(field.standin.callsOf("lineSetAgentGroup"), 0);
});

fieldTest("lists that do not fit the first buffer are asked for again", {
  before: (standin: StandIn) => {
    for (let id = 1; id <= 90; id++) standin.addGroup(0, id, `Group number ${id}`, id % 2 === 0);
  },
}, async (field) => {
  await agentIs(field, 45, 45);
  await field.does({ cmd: "group", line: "201", mode: "in", group: "Group number 89" });
  await agentIs(field, 46, 44);
});

/** Ways in which nothing is left of the list of groups, or less than is counted. */
const SHORT = {
  "a count beyond the list": { dwNumEntries: 0xffffffff },
  "a list behind the buffer": { dwGroupListOffset: 0x7fffffff },
  "a list in the fixed part": { dwGroupListOffset: 8 },
  "a size that wraps around": { dwGroupListOffset: 0xfffffff0, dwGroupListSize: 24 },
};

for (const [name, members] of Object.entries(SHORT)) {
  fieldTest(`${name}: no group is lost by a change`, AGENT, async (field) => {
    await agentIs(field, 1, 2);
    field.standin.set("LINEAGENTSTATUS", members, 0);
    field.standin.post(bits("LINE", "AGENTSTATUS"), field.standin.line(0), 0, 1);
    const { error } = await field.ask({ cmd: "group", line: "201", mode: "in", group: "Sales" });
    assert.equal(error.code, "not_supported");
    assert.equal(field.standin.callsOf("lineSetAgentGroup"), 0);
    field.standin.unset("LINEAGENTSTATUS", Object.keys(members), 0);
    await field.does({ cmd: "group", line: "201", mode: "in", group: "Sales" });
    await agentIs(field, 2, 1);
  });
}

fieldTest(
  "an agent handler that lies in every way leaves the line as it is",
  AGENT,
  async (field) => {
    await agentIs(field, 1, 2);
    for (const lie of Object.values(LIE).filter((lie) => lie !== LIE.NONE)) {
      field.standin.lie(lie, undefined, lie);
      field.standin.post(bits("LINE", "AGENTSTATUS"), field.standin.line(0), 0, 1);
      await field.ask({ cmd: "group", line: "201", mode: "in" });
    }
    field.standin.lie(LIE.NONE);
    field.standin.post(bits("LINE", "AGENTSTATUS"), field.standin.line(0), 0, 1);
    await field.does({ cmd: "group", line: "201", mode: "out" });
    await agentIs(field, 0, 3);
  },
);

fieldTest(
  "an agent's groups are not set again if nothing answers; calls do not wait for its handler",
  { ...AGENT, speed: 50 },
  async (field) => {
    await agentIs(field, 1, 2);
    field.standin.replyMode(REPLY.NEVER);
    field.standin.post(bits("LINE", "AGENTSTATUS"), field.standin.line(0), 0, 1);
    await field.until("the handler is asked", () => field.standin.pendingReplies > 0);
    await field.talk("C");
    const { error } = await field.ask({ cmd: "group", line: "201", mode: "out" });
    assert.equal(error.code, "timeout");
    field.standin.replyMode(REPLY.AT_ONCE);
    await field.pass(60);
    assert.equal(field.asked("lineSetAgentGroup").length, 1);
  },
);

for (const cmd of ["login", "logout", "account", "group", "listen"]) {
  fieldTest(`${cmd} of another driver is refused, and nothing is sent`, {
    settings: tokens(CHIEF),
  }, async (field) => {
    const fields: Record<string, object> = {
      login: { user: "1" },
      account: { code: "1" },
      group: { mode: "in" },
      listen: { extension: "202" },
    };
    const response = await fetch(`http://127.0.0.1:${field.port}/api/v2/commands`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer chief" },
      body: JSON.stringify({ cmd, line: "201", ...fields[cmd] }),
    });
    assert.equal((await response.json()).error.code, "not_supported");
    assert.deepEqual(sent(field), []);
  });
}
