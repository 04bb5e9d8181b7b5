/**
 * structs.ts and constants.ts against the real tapi.h, by a program that is made of both: it prints
 * where the C compiler has put each member that is declared, and what each constant is.
 */
import assert from "node:assert/strict";
import * as constantsModule from "../../src/tapi/constants.ts";
import type { Struct } from "../../src/tapi/layout.ts";
import * as structsModule from "../../src/tapi/structs.ts";
import { askHeaders, placeOf, sizeOf, valueOf } from "./headers.ts";
import { prepareMachine } from "./machine.ts";

const { has: _has, nameOf: _nameOf, ...families } = constantsModule;
const structs = Object.values(structsModule) as unknown as readonly Struct<Record<string, never>>[];

/** mingw's tapi.h always has TAPI 3.1's structs: these members follow those of 2.2. */
const SINCE_TAPI_3: Readonly<Record<string, readonly string[]>> = {
  LINEDEVCAPS: ["dwAddressTypes", "ProtocolGuid", "dwAvailableTracking"],
  LINECALLINFO: [
    "dwCallerIDAddressType",
    "dwCalledIDAddressType",
    "dwConnectedIDAddressType",
    "dwRedirectionIDAddressType",
    "dwRedirectingIDAddressType",
  ],
  LINECALLPARAMS: ["dwAddressType"],
  LINEFORWARD: ["dwCallerAddressType", "dwDestAddressType"],
  // Not a member of its own: the first entry of the list after the declared head.
  LINEFORWARDLIST: ["ForwardList"],
};
/** Only Microsoft's own tapi.h has them. */
const NOT_IN_MINGW = [
  "LINEDISCONNECTMODE_DESTINATIONBARRED",
  "LINEDISCONNECTMODE_FDNRESTRICT",
];

/** What a declared member is in C: itself, or a pair of size and offset. */
function inC(member: string, bytes: number): readonly string[] {
  if (member === "hEvent") return ["Handles.hEvent"];
  const isPair = bytes === 8 && !/^(dw|h)/.test(member);
  return isPair ? [`dw${member}Size`, `dw${member}Offset`] : [member];
}

/** Members of C with `[offset, bytes]` as declared. */
function placesOf({ fields }: Struct<Record<string, never>>): [string, [number, number]][] {
  return Object.entries<{ offset: number; size: number }>(fields).flatMap(
    ([member, { offset, size }]) => {
      const names = inC(member, size);
      const bytes = size / names.length;
      return names.map((
        name,
        i,
      ): [string, [number, number]] => [name, [offset + i * bytes, bytes]]);
    },
  );
}

/** Every constant that is declared, by its name in C. */
const CONSTANTS = Object.fromEntries(
  Object.entries(families).flatMap(([family, members]) =>
    Object.entries<number>(members).map(([name, value]) => [`${family}_${name}`, value])
  ),
);

/** What to print: each struct and its members, and each constant that mingw has. */
function lines(): string[] {
  return [
    ...structs.flatMap(({ name, ...struct }) => [
      sizeOf(name),
      ...[...placesOf({ name, ...struct }).map(([member]) => member), ...SINCE_TAPI_3[name] ?? []]
        .map((member) => placeOf(name, member)),
    ]),
    ...Object.keys(CONSTANTS).map((name) => `#ifdef ${name}\n${valueOf(name)}\n#endif`),
  ];
}

const machine = await prepareMachine();
const header = machine === undefined
  ? new Map<string, readonly number[]>()
  : await askHeaders(machine, ["tapi.h"], lines());
const ignore = machine === undefined;

for (const struct of structs) {
  const { name, size } = struct;
  Deno.test({
    name: `${name} lies in memory as the real tapi.h says`,
    ignore,
    fn() {
      for (const [member, place] of placesOf(struct)) {
        assert.deepEqual(header.get(`${name}.${member}`), place, `${name}.${member}`);
      }
      let end = size;
      for (const member of SINCE_TAPI_3[name] ?? []) {
        const [offset, bytes = 0] = header.get(`${name}.${member}`) ?? [];
        assert.equal(offset, end, `${name}.${member}`);
        end += bytes;
      }
      assert.deepEqual(header.get(name), [end]);
    },
  });
}

Deno.test({
  name: "every constant has the value of the real tapi.h",
  ignore,
  fn() {
    const absent = [];
    for (const [name, value] of Object.entries(CONSTANTS)) {
      const found = header.get(name);
      if (found === undefined) absent.push(name);
      else assert.deepEqual(found, [value], name);
    }
    assert.deepEqual(absent, NOT_IN_MINGW);
  },
});
