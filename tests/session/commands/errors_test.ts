import assert from "node:assert/strict";
import {
  CallEndedError,
  CommandFailure,
  toCommandError,
  unsupported,
} from "../../../src/session/commands/errors.ts";
import { ReplyTimeoutError, RequestEndedError } from "../../../src/session/commands/replies.ts";
import { LINEERR } from "../../../src/tapi/constants.ts";
import { MissingFunctionError, TapiError } from "../../../src/tapi/errors.ts";

Deno.test("an error of TAPI keeps its code and its name", () => {
  assert.deepEqual(toCommandError(new TapiError("lineDrop", LINEERR.NOTOWNER), true), {
    code: "tapi_error",
    message: "Cannot complete lineDrop: LINEERR_NOTOWNER",
    tapi: { code: 0x80000046, name: "LINEERR_NOTOWNER" },
  });
  // A driver's own code has no name.
  assert.deepEqual(toCommandError(new TapiError("lineDrop", 0xc0000001), true).tapi, {
    code: 0xc0000001,
    name: "0xC0000001",
  });
});

Deno.test("a call that has ended is unknown to one who named it, and none to one who named its line", () => {
  const ended = new CallEndedError();
  assert.equal(toCommandError(ended, true).code, "unknown_call");
  assert.equal(toCommandError(ended, false).code, "no_call");
  assert.equal(toCommandError(ended, false).message, "The call has ended");
});

Deno.test("every failure of a command is answered with its own code", () => {
  const failures = [
    [unsupported("The line lacks it"), "not_supported", "The line lacks it"],
    [new CommandFailure("ambiguous", "2 calls"), "ambiguous", "2 calls"],
    [
      new ReplyTimeoutError("lineHold", 5000),
      "timeout",
      "Cannot complete lineHold: the telephony service did not answer within 5000 ms",
    ],
    [
      new RequestEndedError("lineHold"),
      "provider_down",
      "Cannot complete lineHold: the line was closed before the answer came",
    ],
    [
      new MissingFunctionError("lineParkW"),
      "not_supported",
      "Cannot call lineParkW: the TAPI library does not export it",
    ],
  ] as const;
  for (const [failure, code, message] of failures) {
    assert.deepEqual(toCommandError(failure, true), { code, message });
  }
});

Deno.test("anything else that is thrown becomes an error of TAPI without a code", () => {
  assert.deepEqual(toCommandError(new TypeError("expected a number"), true), {
    code: "tapi_error",
    message: "expected a number",
  });
  assert.deepEqual(toCommandError("no thread", false), {
    code: "tapi_error",
    message: "no thread",
  });
});
