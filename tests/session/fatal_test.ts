import assert from "node:assert/strict";
import { endIfFatal } from "../../src/session/fatal.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { MissingFunctionError, TapiError } from "../../src/tapi/errors.ts";

/** The reasons for which a session is given up after these errors. */
function reasonsAfter(errors: Iterable<unknown>): string[] {
  const reasons: string[] = [];
  for (const error of errors) endIfFatal({ giveUp: (reason) => reasons.push(reason) }, error);
  return reasons;
}

Deno.test("four of TAPI's errors end a session: nothing works on its HLINEAPP any more", () => {
  const errors = Object.values(LINEERR).map((code) => new TapiError("lineOpenW", code));
  assert.deepEqual(reasonsAfter(errors).toSorted(), [
    "LINEERR_INVALAPPHANDLE",
    "LINEERR_REINIT",
    "LINEERR_SERVICE_NOT_RUNNING",
    "LINEERR_UNINITIALIZED",
  ]);
});

Deno.test("no other error ends a session", () => {
  const errors = [new MissingFunctionError("lineParkW"), new Error("REINIT"), "REINIT", undefined];
  assert.deepEqual(reasonsAfter(errors), []);
});
