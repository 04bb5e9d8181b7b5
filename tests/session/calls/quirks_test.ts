import assert from "node:assert/strict";
import { isUnansweredConsultation } from "../../../src/session/calls/quirks.ts";
import { decodeCallInfo, type RawCallInfo } from "../../../src/tapi/call_info.ts";
import { API_VERSION } from "../../../src/tapi/layout.ts";
import { LINECALLINFO } from "../../../src/tapi/structs.ts";

const EMPTY = new Uint8Array(LINECALLINFO.size);
/** A consultation whose other end has hung up without answering. */
const UNANSWERED: RawCallInfo = {
  ...decodeCallInfo(EMPTY, API_VERSION),
  dwRelatedCallID: 0x41,
  CalledID: "205",
  RedirectingID: "205",
};

Deno.test("Avaya's consultation that its other end has left is not answered", () => {
  assert(isUnansweredConsultation("Avaya", UNANSWERED));
});

Deno.test("the same from another driver is an answer", () => {
  assert(!isUnansweredConsultation("Other", UNANSWERED));
});

Deno.test("Avaya's call that lacks one of the signs is answered", () => {
  for (
    const sign of [
      { dwRelatedCallID: 0 },
      { ConnectedID: "205" },
      { RedirectingID: "" },
      { RedirectingID: "206" },
      { RedirectingID: "", CalledID: "" },
    ]
  ) {
    assert(!isUnansweredConsultation("Avaya", { ...UNANSWERED, ...sign }), JSON.stringify(sign));
  }
  assert(!isUnansweredConsultation("Avaya", undefined));
});
