import assert from "node:assert/strict";
import { matcherOf, matchesAny } from "../src/patterns.ts";

Deno.test("patterns match whole extensions, and * any characters", () => {
  assert(matchesAny(["201"], "201"));
  assert(!matchesAny(["201"], "2011"));
  assert(matchesAny(["2*"], "299"));
  assert(!matchesAny(["2*"], "1299"));
  assert(matchesAny(["+49*"], "+4930"));
  assert(!matchesAny(["2.1"], "201"));
  assert(!matchesAny([], "201"));
});

Deno.test("several * match in order, without overlap", () => {
  const matches = matcherOf(["a*b*a"]);
  assert(matches("aba") && matches("a-b-a") && matches("abba"));
  assert(!matches("ab") && !matches("aa") && !matches("aab"));
  assert(matcherOf(["*"])("") && matcherOf(["**"])("anything"));
  assert(!matcherOf(["2*2"])("2"), "the two ends are two characters");
  assert(matcherOf(["*0*"])("201") && !matcherOf(["*0*"])("211"));
});
