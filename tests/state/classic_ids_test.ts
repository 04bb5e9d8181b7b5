import assert from "node:assert/strict";
import type { Call } from "../../src/model/call.ts";
import { ClassicIds } from "../../src/state/classic_ids.ts";
import { callEvent } from "../support/events.ts";

/** A call of 201 with this dwCallID. */
function callWith(callId: string, more: Partial<Call> = {}): Call {
  return callEvent({ callId, classicId: "0x0", ...more }).call;
}

Deno.test("a call's key is its driver's id", () => {
  assert.equal(new ClassicIds().take(callWith("0x1A2B")), "0x1A2B");
});

Deno.test("a call without an id gets one of the server's own, each another", () => {
  const ids = new ClassicIds();
  assert.equal(ids.take(callWith("0x0")), "0x80000000");
  assert.equal(ids.take(callWith("0x0")), "0x80000001");
});

Deno.test("an id that another live call of the extension has is replaced", () => {
  const ids = new ClassicIds();
  ids.take(callWith("0x42"));
  assert.equal(ids.take(callWith("0x42", { permanentId: "provider:2" })), "0x80000000");
});

Deno.test("calls of different extensions may have the same id: it is one call's two ends", () => {
  const ids = new ClassicIds();
  ids.take(callWith("0x42"));
  assert.equal(ids.take(callWith("0x42", { line: "202" })), "0x42");
});

Deno.test("an id of the server's own that a driver gives as well is not taken twice", () => {
  const ids = new ClassicIds();
  ids.take(callWith("0x80000000"));
  assert.equal(ids.take(callWith("0x0")), "0x80000001");
  assert.equal(ids.take(callWith("0x80000001")), "0x80000002");
});

Deno.test("the id of a call that has ended is free again", () => {
  const ids = new ClassicIds();
  ids.take(callWith("0x42"));
  ids.release(callWith("0x42", { classicId: "0x42" }));
  assert.equal(ids.take(callWith("0x42")), "0x42");
});

Deno.test("the end of a call whose id has changed frees the key that it was given", () => {
  const ids = new ClassicIds();
  ids.take(callWith("0x41"));
  ids.take(callWith("0x42"));
  // A transfer gave it the other one's id.
  ids.release(callWith("0x41", { classicId: "0x42" }));
  assert.equal(ids.take(callWith("0x42")), "0x42");
  assert.equal(ids.take(callWith("0x41")), "0x80000000");
});
