/** structs.ts and constants.ts of src/windows against the real headers of Windows. */
import assert from "node:assert/strict";
import * as families from "../../src/windows/constants.ts";

import * as structsModule from "../../src/windows/structs.ts";
import { askHeaders, placeOf, sizeOf, valueOf } from "./headers.ts";
import { prepareMachine } from "./machine.ts";

const structs = Object.values(structsModule);

/** Every constant that is declared, by its name in C. */
const CONSTANTS = Object.fromEntries(
  Object.entries(families).flatMap(([family, members]) =>
    Object.entries<number>(members).map((
      [name, value],
    ) => [family === "SECURITY_INFORMATION" ? `${name}_${family}` : `${family}_${name}`, value])
  ),
);

const machine = await prepareMachine();
const header = machine === undefined
  ? new Map<string, readonly number[]>()
  : await askHeaders(machine, ["winsvc.h", "accctrl.h"], [
    ...structs.flatMap(({ name, places }) => [
      sizeOf(name),
      ...[...places.keys()].map((member) => placeOf(name, member)),
    ]),
    ...Object.keys(CONSTANTS).map(valueOf),
  ]);

Deno.test({
  name: "every struct lies in memory as Windows' headers say",
  ignore: machine === undefined,
  fn() {
    assert(structs.length > 5);
    for (const { name, size, places } of structs) {
      assert.deepEqual(header.get(name), [size], name);
      for (const [member, place] of places) {
        assert.deepEqual(header.get(`${name}.${member}`), place, `${name}.${member}`);
      }
    }
  },
});

Deno.test({
  name: "every constant has the value of Windows' headers",
  ignore: machine === undefined,
  fn() {
    assert(Object.keys(CONSTANTS).length > 50);
    for (const [name, value] of Object.entries(CONSTANTS)) {
      assert.deepEqual(header.get(name), [value], name);
    }
  },
});
