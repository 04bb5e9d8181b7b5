/** The pages that may show the lamp board in a frame. */
import assert from "node:assert/strict";
import { ANYONE } from "../../support/identity.ts";
import { rulesFor, startTestServer } from "../../support/server.ts";

Deno.test("pages of allowed origins may frame the board, and nobody may frame the panel", async () => {
  const rules = rulesFor(ANYONE, { allowOrigins: ["https://*.example.com"] });
  const { server } = startTestServer({ rules });
  const policyFor = async (path: string, referer?: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: { accept: "text/html", ...referer !== undefined && { referer } },
    });
    assert.equal(response.status, 200);
    await response.body?.cancel();
    const { headers } = response;
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; .*trusted-types 'none'$/);
    return [policy.match(/frame-ancestors ([^;]*)/)?.[1], headers.get("x-frame-options")];
  };
  const framed = (...origins: string[]) => [["'self'", ...origins].join(" "), null];
  assert.deepEqual(await policyFor("/board"), framed());
  for (const origin of ["https://crm.example.com", "http://crm", "http://192.168.0.7:8080"]) {
    assert.deepEqual(await policyFor("/board?lines=2*", `${origin}/page?x`), framed(origin));
  }
  for (const page of ["https://evil.test/", "https://example.com/", "about:blank", "x", "null"]) {
    assert.deepEqual(await policyFor("/board", page), framed(), page);
  }
  assert.deepEqual(await policyFor("/", "http://crm/"), ["'none'", "DENY"]);
  await server.stop(1000);
});
