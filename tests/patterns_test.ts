import assert from "node:assert/strict";
import { matchesAny } from "../src/patterns.ts";

Deno.test("patterns match whole extensions, and * any characters", () => {
  assert(matchesAny(["201"], "201"));
  assert(!matchesAny(["201"], "2011"));
  assert(matchesAny(["2*"], "299"));
  assert(!matchesAny(["2*"], "1299"));
  assert(matchesAny(["+49*"], "+4930"));
  assert(!matchesAny(["2.1"], "201"));
  assert(!matchesAny([], "201"));
});
