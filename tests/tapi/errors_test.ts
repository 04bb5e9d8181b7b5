/** The meaning of the LONGs that TAPI functions return. */
import assert from "node:assert/strict";
import { check, lineErrorName, MissingFunctionError, TapiError } from "../../src/tapi/errors.ts";

Deno.test("0 and request ids pass", () => {
  for (const result of [0, 1, 0x7fffffff]) assert.equal(check("lineDrop", result), result);
});

Deno.test("a negative LONG throws, with the function, the code and its name", () => {
  assert.throws(() => check("lineDrop", 0x80000046 | 0), (error) => {
    assert.ok(error instanceof TapiError && error instanceof Error);
    const { name, fn, code, codeName, message } = error;
    assert.deepEqual({ name, fn, code, codeName, message }, {
      name: "TapiError",
      fn: "lineDrop",
      code: 0x80000046,
      codeName: "LINEERR_NOTOWNER",
      message: "Cannot complete lineDrop: LINEERR_NOTOWNER",
    });
    return true;
  });
  assert.throws(() => check("lineDrop", -0x80000000), TapiError);
  assert.throws(() => check("lineDrop", -1), { codeName: "0xFFFFFFFF" });
});

Deno.test("a code has its name, signed or not, and a provider's own its number", () => {
  assert.equal(lineErrorName(0x80000048), "LINEERR_OPERATIONFAILED");
  assert.equal(lineErrorName(0x80000048 | 0), "LINEERR_OPERATIONFAILED");
  assert.equal(lineErrorName(0xc0000001), "0xC0000001");
  // The two gaps in tapi.h's numbering.
  assert.equal(lineErrorName(0x80000004), "0x80000004");
  assert.equal(lineErrorName(0x80000031), "0x80000031");
});

Deno.test("a function that the library lacks is named", () => {
  const { name, fn, message } = new MissingFunctionError("lineParkW");
  assert.deepEqual([name, fn], ["MissingFunctionError", "lineParkW"]);
  assert.match(message, /^Cannot call lineParkW: /);
});
