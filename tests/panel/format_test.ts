/** How the panel writes names that strangers have chosen. */
import assert from "node:assert/strict";
import { person } from "../../src/panel/format.js";

const called = (name: string) => person({ number: "201", name, presentation: "shown" });

Deno.test("the directory's name is shown, with the company and whether others have the number", () => {
  const directory = { name: "Ada Example", company: "Example Bakery", source: "crm" };
  const party = { number: "201", name: "ADA", presentation: "shown" } as const;
  assert.equal(person({ ...party, directory }), "Ada Example, Example Bakery 201");
  const several = { ...directory, company: "", others: [directory] };
  assert.equal(person({ ...party, directory: several }), "Ada Example (or 1 other) 201");
});

Deno.test("a name cannot turn the number after it", () => {
  assert.equal(called("Ada"), "Ada 201");
  // The isolate ends before the number, and has nothing in it that could end it sooner.
  assert.equal(called("A\u202eda"), "\u2068Ada\u2069 201");
  assert.equal(called("A\u2069\u202eda"), "\u2068Ada\u2069 201");
  assert.equal(called("\u05d0\u05d3\u05d4"), "\u2068\u05d0\u05d3\u05d4\u2069 201");
});

Deno.test("a number is shown as people write it, where that is known", () => {
  const party = { number: "0030123456", name: "Ada", presentation: "shown" } as const;
  assert.equal(person({ ...party, e164: "+4930123456", national: "030 123456" }), "Ada 030 123456");
  assert.equal(person(party), "Ada 0030123456");
});
