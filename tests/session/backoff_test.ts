import assert from "node:assert/strict";
import { Backoff } from "../../src/session/backoff.ts";
import { fc } from "../support/properties.ts";

Deno.test("pauses double up to the bound, and start again after a reset", () => {
  const backoff = new Backoff({ firstMs: 1000, longestMs: 5000, random: () => 0.5 });
  const pauses = Array.from({ length: 5 }, () => backoff.pauseMs());
  assert.deepEqual(pauses, [1000, 2000, 4000, 5000, 5000]);
  backoff.reset();
  assert.equal(backoff.pauseMs(), 1000);
});

Deno.test("jitter makes a pause a quarter shorter or longer at most", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
    const pauseMs = new Backoff({ firstMs: 1000, longestMs: 5000, random: () => random }).pauseMs();
    assert(pauseMs >= 750 && pauseMs <= 1250);
  }));
});
