import assert from "node:assert/strict";
import { AddressBuckets, TokenBucket } from "../../../src/server/access/rate.ts";
import { ManualClock } from "../../support/clock.ts";

Deno.test("two seconds' worth may come at once, then it is one after the other", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, 10);
  for (let i = 0; i < 20; i++) assert.equal(bucket.take(), "free");
  assert.equal(bucket.take(), "refused");
  clock.advance(99);
  assert.equal(bucket.take(), "refused");
  clock.advance(1);
  assert.equal(bucket.take(), "free");
  assert.equal(bucket.take(), "refused");
  clock.advance(3_600_000);
  for (let i = 0; i < 20; i++) assert.equal(bucket.take(), "free");
  assert.equal(bucket.take(), "refused");
});

Deno.test("a client that is refused ten seconds' worth without a pause is abusive, one that pauses is not", () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, 10);
  const refuse = (count: number) => {
    for (let i = 0; i < count; i++) assert.equal(bucket.take(), "refused");
  };
  for (let i = 0; i < 20; i++) bucket.take();
  refuse(100);
  clock.advance(1000);
  for (let i = 0; i < 10; i++) assert.equal(bucket.take(), "free");
  refuse(100);
  assert.equal(bucket.take(), "abusive");
});

Deno.test("each address has its own, and those that are full are forgotten", () => {
  const clock = new ManualClock();
  const buckets = new AddressBuckets(clock, 1);
  assert.deepEqual([1, 2, 3].map(() => buckets.take("a")), ["free", "free", "refused"]);
  assert.equal(buckets.take("b"), "free");
  for (let i = 0; i < 5000; i++) {
    buckets.take(`c${i}`);
    clock.advance(10);
  }
  assert(buckets.size <= 1000, `${buckets.size} are remembered`);
  assert.equal(buckets.take("a"), "free");
});
