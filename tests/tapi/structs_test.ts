/** TAPI's structs against tapi.h, and against any bytes a provider may deliver. */
import assert from "node:assert/strict";
import type { Decoded, Struct } from "../../src/tapi/layout.ts";
import * as structs from "../../src/tapi/structs.ts";
import layouts from "../fixtures/tapi_layouts.json" with { type: "json" };
import { fc } from "../support/properties.ts";

type AnyStruct = Struct<Record<string, never>>;

/** One struct as the C compiler laid it out: `[offset, bytes]` of each member. */
interface Layout {
  readonly size: number;
  /** Sizes of the fixed part in older versions, where they differ. */
  readonly size_tapi_2_0?: number;
  readonly size_tapi_1_4?: number;
  readonly fields: Readonly<Record<string, readonly number[]>>;
}

const declared = Object.values(structs) as unknown as readonly AnyStruct[];
const golden: Readonly<Record<string, Layout>> = layouts;

/** tapi.h's name of a member that is not a pair, or is named otherwise. */
const RENAMED: Readonly<Record<string, string>> = { hEvent: "Handles.hEvent" };
/** Members of tapi.h that a declared member stands for already, or that follow the head. */
const COVERED = new Set(["Handles", "Handles.hCompletionPort", "ForwardList"]);

for (const { name, size, fields, fixedSize } of declared) {
  const layout = golden[name]!;

  Deno.test(`${name} lies in memory as tapi.h says`, () => {
    const members = new Map(Object.entries(layout.fields));
    const place = (member: string, offset: number, bytes: number) => {
      assert.deepEqual([offset, bytes], members.get(member), `${name}.${member}`);
      members.delete(member);
    };
    for (const [member, field] of Object.entries<{ offset: number; size: number }>(fields)) {
      const cName = RENAMED[member] ?? member;
      if (members.has(cName)) {
        place(cName, field.offset, field.size);
      } else {
        assert.equal(field.size, 8, `${name}.${member}`);
        place(`dw${member}Size`, field.offset, 4);
        place(`dw${member}Offset`, field.offset + 4, 4);
      }
    }
    assert.deepEqual([...members.keys()].filter((member) => !COVERED.has(member)), []);
  });

  Deno.test(`${name} has the size of every version`, () => {
    if (name === "LINEFORWARDLIST") {
      assert.equal(size, layout.fields["ForwardList"]![0]);
      return;
    }
    assert.equal(size, layout.size);
    assert.equal(fixedSize(0x00020002), layout.size);
    assert.equal(fixedSize(0x00020001), layout.size_tapi_2_0 ?? layout.size);
    assert.equal(fixedSize(0x00020000), layout.size_tapi_2_0 ?? layout.size);
    assert.equal(fixedSize(0x00010004), layout.size_tapi_1_4 ?? layout.size);
    assert.equal(fixedSize(0x00010003), layout.size_tapi_1_4 ?? layout.size);
  });
}

/** Members that the W functions deliver as UTF-16; of all others a provider decides the form. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  LINEDEVCAPS: ["ProviderInfo", "SwitchInfo", "LineName"],
  LINEADDRESSCAPS: ["Address"],
  LINEAGENTSTATUS: ["Activity"],
  LINECALLINFO: [
    "CallerID",
    "CallerIDName",
    "CalledID",
    "CalledIDName",
    "ConnectedID",
    "ConnectedIDName",
    "RedirectionID",
    "RedirectionIDName",
    "RedirectingID",
    "RedirectingIDName",
    "AppName",
    "DisplayableAddress",
    "CalledParty",
    "Comment",
  ],
  LINECALLPARAMS: [
    "OrigAddress",
    "DisplayableAddress",
    "CalledParty",
    "Comment",
    "TargetAddress",
    "DeviceClass",
    "CallingPartyID",
  ],
};

Deno.test("text is what the W functions deliver as text", () => {
  for (const { name, fields } of declared) {
    const texts = Object.entries<{ absent: unknown }>(fields)
      .filter(([, { absent }]) => absent === "").map(([member]) => member);
    assert.deepEqual(texts, TEXTS[name] ?? [], name);
  }
});

const anyStruct = fc.constantFrom(...declared);
const anyVersion = fc.constantFrom(0x00010003, 0x00010004, 0x00020000, 0x00020001, 0x00020002);
/** A DWORD of a struct: often one that may be a size or an offset, sometimes at a boundary. */
const anyDword = fc.oneof(
  { weight: 4, arbitrary: fc.nat(64) },
  { weight: 4, arbitrary: fc.nat(800) },
  { weight: 1, arbitrary: fc.constantFrom(0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
);
/** A provider's answer of any length, also one shorter than the fixed part or not whole DWORDs. */
const anyAnswer = fc.tuple(fc.array(anyDword, { maxLength: 200, size: "max" }), fc.nat(3)).map(
  ([dwords, cutBytes]) => {
    const answer = new Uint8Array(dwords.length * 4);
    const view = new DataView(answer.buffer);
    dwords.forEach((value, i) => view.setUint32(i * 4, value, true));
    return answer.subarray(0, Math.max(0, answer.length - cutBytes));
  },
);

/** Puts an answer into memory that holds `filler` before and after it. */
function surrounded(answer: Uint8Array, filler: number): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(answer.length + 2048).fill(filler);
  memory.set(answer, 1024);
  return memory.subarray(1024, 1024 + answer.length);
}

Deno.test("whatever the bytes are, decoding reads them and nothing around them", () => {
  let found = 0;
  fc.assert(
    fc.property(anyStruct, anyVersion, anyAnswer, (struct, apiVersion, answer) => {
      const values = struct.decode(surrounded(answer, 0), apiVersion);
      const others = struct.decode(surrounded(answer, 0x58), apiVersion);
      assert.deepEqual(values, others);
      assert.deepEqual(Object.keys(values), Object.keys(struct.fields));
      const members = Object.values<unknown>(values);
      for (const value of members) {
        if (typeof value === "string") assert.ok(value.isWellFormed());
      }
      found += members.filter((value) => value instanceof Uint8Array && value.length > 0).length;
    }),
    { numRuns: 1000 },
  );
  // The bytes are not so arbitrary that there is never anything in them.
  assert.ok(found > 200, `${found} blobs`);
});

Deno.test("a blob is there only if it lies in the variable part that was used", () => {
  const { LINECALLINFO } = structs;
  const near = fc.oneof(fc.integer({ min: 320, max: 810 }), anyDword);
  const place = fc.record({ used: near, size: anyDword, offset: near });
  const outcomes = { there: 0, absent: 0 };
  fc.assert(
    fc.property(place, fc.integer({ min: 324, max: 800 }), ({ used, size, offset }, length) => {
      const answer = new Uint8Array(length).map((_, i) => i);
      const view = new DataView(answer.buffer);
      view.setUint32(8, used, true); // dwUsedSize
      view.setUint32(288, size, true); // dwDevSpecificSize
      view.setUint32(292, offset, true); // dwDevSpecificOffset
      const inside = offset >= 324 && offset + size <= Math.min(used, length);
      const expected = inside ? answer.slice(offset, offset + size) : new Uint8Array(0);
      outcomes[expected.length > 0 ? "there" : "absent"]++;
      assert.deepEqual(LINECALLINFO.decode(answer).DevSpecific, expected);
    }),
    { numRuns: 3000 },
  );
  assert.ok(outcomes.there > 50 && outcomes.absent > 50, JSON.stringify(outcomes));
});

/** Text that comes back as it is: no NUL, no blank ends, whole characters. */
const anyText = fc.string({ unit: "binary", maxLength: 30 })
  .map((text) => text.replaceAll("\0", "").trim());
const anyCallInfo: fc.Arbitrary<Partial<Decoded<typeof structs.LINECALLINFO>>> = fc.record({
  hLine: anyDword,
  dwCallID: anyDword,
  dwOrigin: anyDword,
  DialParams: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  dwCallerIDFlags: anyDword,
  CallerID: anyText,
  CallerIDName: anyText,
  CalledID: anyText,
  RedirectingIDName: anyText,
  Comment: anyText,
  UserUserInfo: fc.uint8Array({ maxLength: 40 }),
  dwCallTreatment: anyDword,
  CallData: fc.uint8Array({ maxLength: 40 }),
  ReceivingFlowspec: fc.uint8Array({ maxLength: 40 }),
});

Deno.test("encoding and decoding are inverse", () => {
  const { LINECALLINFO } = structs;
  fc.assert(
    fc.property(anyCallInfo, (values) => {
      const buffer = new Uint8Array(2048);
      const { needed, used } = LINECALLINFO.encode(buffer, values);
      assert.equal(used, needed);
      LINECALLINFO.encode(buffer, { ...values, dwUsedSize: used });
      const decoded = LINECALLINFO.decode(buffer);
      for (const [member, value] of Object.entries(values)) {
        assert.deepEqual(decoded[member as keyof typeof values], value, member);
      }
    }),
  );
});

Deno.test("a value that does not fit is left out completely, and its room is requested", () => {
  const { LINECALLINFO } = structs;
  const variable = [
    "CallerID",
    "CallerIDName",
    "CalledID",
    "RedirectingIDName",
    "Comment",
    "UserUserInfo",
    "CallData",
    "ReceivingFlowspec",
  ] as const;
  let leftOut = 0;
  fc.assert(
    fc.property(anyCallInfo, fc.nat(300), (values, room) => {
      const memory = new Uint8Array(1024).fill(0x58);
      const buffer = memory.subarray(0, LINECALLINFO.size + room);
      buffer.fill(0);
      const { needed, used } = LINECALLINFO.encode(buffer, values);
      LINECALLINFO.encode(buffer, { ...values, dwUsedSize: used });
      const decoded = LINECALLINFO.decode(buffer);
      let expectedUsed = LINECALLINFO.size;
      let expectedNeeded = LINECALLINFO.size;
      for (const member of variable) {
        const value = values[member]!;
        const isText = typeof value === "string";
        const bytes = isText && value !== "" ? value.length * 2 + 2 : value.length;
        const fits = expectedUsed + bytes <= buffer.length;
        if (!fits) leftOut++;
        assert.deepEqual(decoded[member], fits ? value : isText ? "" : new Uint8Array(0), member);
        expectedUsed += fits ? bytes : 0;
        expectedNeeded += bytes;
      }
      assert.deepEqual({ needed, used }, { needed: expectedNeeded, used: expectedUsed });
      assert.ok(memory.subarray(buffer.length).every((byte) => byte === 0x58));
    }),
  );
  assert.ok(leftOut > 0);
});

Deno.test("the high halves of a message's parameters mean nothing", () => {
  const buffer = new Uint8Array(40);
  const view = new DataView(buffer.buffer);
  view.setUint32(0, 0x10135, true);
  view.setUint32(4, 2, true);
  for (const [offset, value] of [[8, 1n], [16, 0x100n], [24, 0x80000048n], [32, 4n]] as const) {
    view.setBigUint64(offset, 0xffffffff00000000n | value, true);
  }
  assert.deepEqual(structs.LINEMESSAGE.decode(buffer), {
    hDevice: 0x10135,
    dwMessageID: 2,
    dwCallbackInstance: 1,
    dwParam1: 0x100,
    dwParam2: 0x80000048,
    dwParam3: 4,
  });
});
