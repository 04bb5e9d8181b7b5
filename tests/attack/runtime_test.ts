/**
 * What the runtime does not bound, which is why there is a guarded port. When one of these fails, the
 * runtime has learned it: then the manual's sentences about open ports can change.
 */
import assert from "node:assert/strict";
import { until } from "../support/patience.ts";
import { frame, RawConnection } from "../support/raw.ts";
import { LIMITS, startTestServer } from "../support/server.ts";

Deno.test("an open port takes a message in fragments that never ends, and frames without a mask", async () => {
  const { server } = startTestServer({ limits: LIMITS });
  using raw = await RawConnection.upgraded(server.port);
  await raw.send(frame("x", { flags: 0 }));
  const part = frame("x".repeat(1024 * 1024), { flags: 0, opcode: 0 });
  for (let i = 0; i < 8; i++) await raw.send(part);
  using unmasked = await RawConnection.upgraded(server.port);
  await unmasked.send(frame('{"cmd":"fly"}', { masked: false }));
  await unmasked.until(() => unmasked.text.includes("unknown_command"));
  assert.equal(raw.ended, false);
  await server.stop(1000);
});

Deno.test("a guarded port takes neither", async () => {
  const { server } = startTestServer({ limits: { ...LIMITS, guard: true } });
  using raw = await RawConnection.upgraded(server.port);
  await raw.send(frame("x", { flags: 0 }));
  await raw.send(frame("x".repeat(1024 * 1024), { flags: 0, opcode: 0 }));
  using unmasked = await RawConnection.upgraded(server.port);
  await unmasked.send(frame('{"cmd":"fly"}', { masked: false }));
  await until(() => raw.ended && unmasked.ended);
  assert(!unmasked.text.includes("unknown_command"));
  await server.stop(1000);
});
