import assert from "node:assert/strict";
import { matcherOf, matchesAny, patternsAfter } from "../src/patterns.ts";

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

Deno.test("patterns after a beginning match what the whole patterns match with it", () => {
  assert.deepEqual(patternsAfter("berlin/", ["berlin/2*", "berlin/301", "munich/*", "2*"]), [
    "2*",
    "301",
  ]);
  assert.deepEqual(patternsAfter("berlin/", ["*"]), ["*"]);
  assert.deepEqual(patternsAfter("berlin/", ["munich/*"]), []);
  assert.deepEqual(patternsAfter("berlin/", ["*".repeat(1_000_000)]), ["*"]);
  const patterns = [
    "*1",
    "*/2*",
    "b*n/*3",
    "ber*",
    "**",
    "b*/*/4",
    "*berlin/5",
    "berlin/",
    "*n*6*",
  ];
  const texts = [
    "",
    "1",
    "201",
    "2",
    "/2",
    "3",
    "33",
    "/4",
    "a/4",
    "5",
    "berlin/5",
    "6",
    "n6x",
    "7",
  ];
  for (const pattern of patterns) {
    const matches = matcherOf(patternsAfter("berlin/", [pattern]));
    for (const text of texts) {
      assert.equal(matches(text), matcherOf([pattern])(`berlin/${text}`), `${pattern} ${text}`);
    }
  }
});
