/** The block of Avaya IP Office in words, what the program sends to it, and any bytes at all. */
import assert from "node:assert/strict";
import type { LineIdentity } from "../../../src/model/line.ts";
import { AVAYA_IP_OFFICE } from "../../../src/session/vendors/avaya_ip_office.ts";
import { VendorClaim } from "../../../src/session/vendors/claim.ts";
import type { LineCommand } from "../../../src/session/vendors/vendor.ts";
import { CommandFailure } from "../../../src/session/commands/errors.ts";
import { Random } from "../../../src/fake/random.ts";
import { blockOf } from "../../support/avaya_block.ts";

const LINE: LineIdentity = {
  line: "8000",
  name: "Extn8000",
  permanentId: "Avaya:1",
  provider: "Avaya",
  kind: "extension",
};
const { read, write } = AVAYA_IP_OFFICE;

function settingsOf(members: Parameters<typeof blockOf>[0]) {
  return read(blockOf(members)).settings;
}

/** What lineDevSpecific gets, as text after the codes. */
function sent(command: object, block = blockOf({ ext: "8000" })): string[] {
  return write({ line: "8000", ...command } as unknown as LineCommand, block).map((bytes) => {
    assert.equal(bytes.at(-1), 0);
    const codes = bytes[0] === 9 ? 2 : 1;
    const text = String.fromCharCode(...bytes.subarray(codes, -1));
    return [...bytes.subarray(0, codes), text].join(" ").trim();
  });
}

Deno.test("the block's members are settings, forwards, and whether messages wait", () => {
  const { settings, forwards, messageWaiting } = read(blockOf({
    ext: "8000",
    user: "8005",
    dnd: 1,
    cw: 1,
    vmon: 1,
    vmread: 2,
    vmunread: 3,
    fwdall: 1,
    fwdbusy: 1,
    fwdto: "01632960999",
    busyto: "8002",
    groups: 2,
    disabled: 1,
    absent: 3,
    absence: "13:00",
    exceptions: "8001,8002",
  }));
  const { vendor, ...words } = settings;
  assert.deepEqual(words, {
    doNotDisturb: true,
    voicemail: { on: true, unread: 3, read: 2 },
    user: { number: "8005" },
    groups: { member: 2, disabled: 1 },
    absence: "At lunch until 13:00",
    callWaiting: true,
  });
  assert.deepEqual(forwards, [
    { when: "busy", to: "8002" },
    { when: "always", to: "01632960999" },
  ]);
  assert.equal(messageWaiting, true);
  assert.deepEqual(vendor, {
    name: "avaya_ip_office",
    forwardsGroupCalls: false,
    outgoingCallsBarred: false,
    voicemailRingback: false,
    ringToneOutside: 1,
    ringToneInside: 2,
    ringToneRingback: 3,
    noAnswerSeconds: 15,
    locale: "enu",
    forwardNumber: "01632960999",
    forwardBusyNumber: "8002",
    followMeNumber: "",
    doNotDisturbExceptions: ["8001", "8002"],
    groupsOutsideHours: 0,
    groupsOutOfService: 0,
    groupsOnNightService: 0,
  });
});

Deno.test("nobody is logged in, no absence is set, no message waits", () => {
  const { user, absence } = settingsOf({ ext: "8000", user: "" });
  assert.deepEqual([user, absence], [null, null]);
  assert.equal(
    settingsOf({ ext: "8000", absent: 11, absence: "Gone fishing" }).absence,
    "Gone fishing",
  );
  assert.equal(settingsOf({ ext: "8000", absent: 9 }).absence, "Back soon");
  assert.equal(read(blockOf({ ext: "8000" })).messageWaiting, false);
});

Deno.test("a flag that is neither 0 nor 1, and an invalid absence, are left out", () => {
  const settings = settingsOf({ ext: "8000", dnd: 2, absent: 200 });
  assert(!("doNotDisturb" in settings));
  assert(!("absence" in settings));
});

Deno.test("a block that ends early is read as far as it goes", () => {
  const whole = blockOf({
    ext: "8000",
    dnd: 1,
    vmon: 1,
    vmunread: 3,
    groups: 1,
    fwdall: 1,
    fwdto: "1",
  });
  const counts = Array.from(whole, (_, end) => {
    const { settings: { vendor, ...settings } } = read(whole.subarray(0, end));
    return Object.keys(settings).length + Object.keys(vendor ?? {}).length;
  });
  assert.deepEqual(counts, counts.toSorted((a, b) => a - b), "nothing that was read is lost again");
  assert.equal(read(whole.subarray(0, 10)).settings.doNotDisturb, true);
  assert.equal(read(whole.subarray(0, 9)).settings.doNotDisturb, undefined);
  assert.equal(read(whole.subarray(0, 40)).forwards, undefined);
});

Deno.test("a line is claimed if its driver is Avaya's and the block begins with its address", () => {
  const claim = (line: Partial<LineIdentity>, bytes: Uint8Array) => {
    const claimed = new VendorClaim();
    const report = claimed.read([AVAYA_IP_OFFICE], { ...LINE, ...line }, bytes);
    assert.equal(claimed.vendor === undefined, report === undefined);
    return claimed.vendor?.name;
  };
  const block = blockOf({ ext: "8000" });
  assert.equal(claim({}, block), "avaya_ip_office");
  assert.equal(claim({}, Uint8Array.from([...block.subarray(0, 5)])), "avaya_ip_office");
  for (const provider of ["", "avaya", "Avaya ", "Avaya Inc."]) {
    assert.equal(claim({ provider }, block), undefined, provider);
  }
  assert.equal(claim({ line: "8001" }, block), undefined);
  assert.equal(claim({}, block.subarray(0, 4)), undefined, "without its NUL");
  assert.equal(claim({}, new Uint8Array(0)), undefined);
  assert.equal(claim({ line: "" }, new Uint8Array(8)), "avaya_ip_office");
});

Deno.test("commands are the bytes that the driver knows", () => {
  const cases: [object, string][] = [
    [{ cmd: "dnd", on: true }, "9 7"],
    [{ cmd: "dnd", on: false }, "9 8"],
    [{ cmd: "group", mode: "in", group: "110" }, "9 76 110"],
    [{ cmd: "group", mode: "out" }, "9 77"],
    [{ cmd: "login", user: "8005" }, "8 8005"],
    [{ cmd: "logout" }, "9 47"],
    [{ cmd: "account", code: "4711" }, "9 101 4711"],
    [{ cmd: "lamp", on: true }, "9 73 ;Mailbox Msgs=1"],
    [{ cmd: "lamp", on: false }, "9 73 ;Mailbox Msgs=0"],
    [{ cmd: "intrude", extension: "8001" }, "9 83 8001"],
    [{ cmd: "listen", extension: "8001" }, "9 100 8001"],
  ];
  for (const [command, expected] of cases) assert.deepEqual(sent(command), [expected]);
  const [lamp] = write({ cmd: "lamp", line: "8000", on: true }, new Uint8Array(0));
  assert.equal(lamp?.length, 18, "as the bytes that were seen in use");
});

Deno.test("forwarding sets the one number, then the case", () => {
  for (const [when, on, off] of [["always", 0, 1], ["busy", 2, 3], ["no_answer", 4, 5]] as const) {
    assert.deepEqual(sent({ cmd: "forward", when, to: "8002" }), ["9 6 8002", `9 ${on}`]);
    assert.deepEqual(sent({ cmd: "forward", when, to: null }), [`9 ${off}`]);
    const known = blockOf({ ext: "8000", fwdto: "8002" });
    assert.deepEqual(sent({ cmd: "forward", when, to: "8002" }, known), [`9 ${on}`]);
  }
  const busy = blockOf({ ext: "8000", fwdbusy: 1, busyto: "8009" });
  const always = { cmd: "forward", when: "always", to: "8002" };
  assert.deepEqual(
    sent(always, busy),
    ["9 6 8002", "9 0"],
    "busy calls have a number of their own",
  );
});

Deno.test("a number that the phone system cannot keep is refused with the reason", () => {
  const refused = (command: object, block?: Uint8Array<ArrayBuffer>) => {
    try {
      sent(command, block);
    } catch (error) {
      assert(error instanceof CommandFailure);
      return `${error.code}: ${error.message}`;
    }
    return undefined;
  };
  const busy = { cmd: "forward", when: "busy", to: "8002" };
  const other = blockOf({ ext: "8000", fwdall: 1, fwdto: "8009" });
  assert.match(refused(busy, other) ?? "", /^not_supported: .*one number.*8009.*always/);
  const own = blockOf({ ext: "8000", busyto: "8009" });
  assert.match(refused(busy, own) ?? "", /^not_supported: .*8009/);
  // A block that ends early: the number, or even the cases, are not known.
  for (const length of [0, 5, 6, 7]) {
    assert.match(
      refused(busy, other.slice(0, length)) ?? "",
      /^not_supported: .*does not report its forwarding/,
      `${length} bytes`,
    );
  }
  assert.match(refused(busy, other.slice(0, 8)) ?? "", /forwarded to a number in another case/);
  assert.match(refused({ ...busy, to: "８００２" }) ?? "", /^not_supported: .*western/);
});

Deno.test("no bytes make the reader throw or read beyond them: 100,000 blocks", () => {
  const random = new Random(14);
  const MOST = 120;
  /** The block lies between bytes that would show in what is read. */
  const memory = new Uint8Array(MOST * 3).fill(0x58);
  const honest = blockOf({ ext: "8000", fwdto: "8001", exceptions: "1,2", groups: 1 });
  for (let run = 0; run < 100_000; run++) {
    const length = random.between(0, MOST);
    const block = memory.subarray(MOST, MOST + length);
    const isHonest = random.oneIn(2);
    for (let at = 0; at < length; at++) {
      const isKept = isHonest && !random.oneIn(20);
      // No X.
      block[at] = isKept
        ? honest[at] ?? 0
        : [0, 1, 0x30, 0x41, 0xff, 0x81][random.between(0, 5)] ?? 0;
    }
    const report = read(block);
    assert.doesNotMatch(JSON.stringify(report), /X|\\u00|[\u007f-\u009f]/, `run ${run}`);
    const claim = new VendorClaim();
    claim.read([AVAYA_IP_OFFICE], LINE, block);
    for (const when of ["always", "busy"] as const) {
      try {
        write({ cmd: "forward", line: "8000", when, to: "8002" }, block);
      } catch (error) {
        assert(error instanceof CommandFailure, `run ${run}: ${error}`);
      }
    }
    memory.fill(0x58, MOST, MOST + length);
  }
});
