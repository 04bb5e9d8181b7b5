import assert from "node:assert/strict";
import { PendingRefresh } from "../../src/session/pending_refresh.ts";

Deno.test("pending reads add up until they are taken", () => {
  const refresh = new PendingRefresh();
  assert.equal(refresh.demand({ calls: true }), true);
  assert.equal(refresh.demand({ status: true }), false);
  assert.deepEqual(refresh.take(), { calls: true, status: true, caps: false });
  assert.equal(refresh.take(), undefined);
  assert.equal(refresh.demand({ caps: true }), true);
});
