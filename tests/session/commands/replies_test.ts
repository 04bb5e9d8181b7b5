import assert from "node:assert/strict";
import {
  Replies,
  ReplyTimeoutError,
  type Request,
  RequestEndedError,
} from "../../../src/session/commands/replies.ts";
import { Semaphore } from "../../../src/semaphore.ts";
import { LINEERR } from "../../../src/tapi/constants.ts";
import { TapiError } from "../../../src/tapi/errors.ts";
import { ManualClock } from "../../support/clock.ts";
import { socketTurn } from "../../support/patience.ts";

const LINE_A = {};
const LINE_B = {};

function request(overrides: Partial<Request<string>> = {}): Request<string> {
  return {
    fn: "lineDrop",
    owner: LINE_A,
    turns: new Semaphore(1),
    pinned: undefined,
    isDue: () => true,
    call: () => Promise.resolve(7),
    completed: () => "completed",
    ...overrides,
  };
}

Deno.test("a request is settled by the LINE_REPLY with its id, and by no other", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  const result = replies.request(request());
  await socketTurn();
  assert.equal(replies.settle(8, 0), false);
  assert.equal(replies.outstanding, 1);
  assert.equal(replies.settle(7, 0), true);
  assert.equal(await result, "completed");
  assert.equal(replies.outstanding, 0);
});

Deno.test("a LINE_REPLY with an error rejects with its TAPI name", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  const result = replies.request(request());
  await socketTurn();
  replies.settle(7, LINEERR.CALLUNAVAIL);
  await assert.rejects(result, (error) => {
    assert(error instanceof TapiError);
    assert.equal(error.codeName, "LINEERR_CALLUNAVAIL");
    return true;
  });
});

Deno.test("a LINE_REPLY that overtakes the function's return is kept for it", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  const returned = Promise.withResolvers<number>();
  const result = replies.request(request({ call: () => returned.promise }));
  assert.equal(replies.settle(7, 0), true);
  returned.resolve(7);
  assert.equal(await result, "completed");
  assert.equal(replies.outstanding, 0);
});

Deno.test("the first of two early replies to one request counts", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  const returned = Promise.withResolvers<number>();
  const result = replies.request(request({ call: () => returned.promise }));
  replies.settle(7, 0);
  replies.settle(7, LINEERR.CALLUNAVAIL);
  returned.resolve(7);
  assert.equal(await result, "completed");
});

Deno.test("an early reply is not kept for a later request with the same id", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  const failing = Promise.withResolvers<number>();
  const first = replies.request(request({ call: () => failing.promise }));
  replies.settle(7, 0);
  failing.reject(new Error("refused"));
  await assert.rejects(first, /refused/);
  const second = replies.request(request());
  await socketTurn();
  assert.equal(replies.outstanding, 1);
  replies.settle(7, LINEERR.INUSE);
  await assert.rejects(second, TapiError);
});

Deno.test("a reply that never comes rejects after the timeout and leaves no timer", async () => {
  const clock = new ManualClock();
  const replies = new Replies(clock, 1000);
  const result = replies.request(request());
  const rejected = assert.rejects(result, ReplyTimeoutError);
  await clock.advanceAsync(1000);
  await rejected;
  assert.equal(clock.pendingTimers, 0);
});

Deno.test("a reply that comes after the timeout still completes: a call may have been made", async () => {
  const clock = new ManualClock();
  const replies = new Replies(clock, 1000);
  let completed = 0;
  const result = replies.request(request({ completed: () => String(++completed) }));
  const rejected = assert.rejects(result, ReplyTimeoutError);
  await clock.advanceAsync(1000);
  await rejected;
  assert.equal(completed, 0);
  assert.equal(replies.settle(7, 0), true);
  assert.equal(completed, 1);
  assert.equal(replies.outstanding, 0);
});

Deno.test("ending a line rejects its requests and leaves the other line's", async () => {
  const clock = new ManualClock();
  const replies = new Replies(clock, 1000);
  const a = replies.request(request({ call: () => Promise.resolve(1) }));
  const b = replies.request(request({ call: () => Promise.resolve(2), owner: LINE_B }));
  await socketTurn();
  replies.end(LINE_A);
  await assert.rejects(a, RequestEndedError);
  replies.settle(2, 0);
  assert.equal(await b, "completed");
  assert.equal(clock.pendingTimers, 0);
});

Deno.test("if the completion of a request throws, only that request fails", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  const result = replies.request(request({
    completed: () => {
      throw new Error("no handle");
    },
  }));
  await socketTurn();
  assert.equal(replies.settle(7, 0), true);
  await assert.rejects(result, /no handle/);
});

Deno.test("a function that answers 0 instead of a request id is done", async () => {
  const replies = new Replies(new ManualClock(), 1000);
  assert.equal(await replies.request(request({ call: () => Promise.resolve(0) })), "completed");
});
