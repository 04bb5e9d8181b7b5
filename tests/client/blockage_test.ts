/** What keeps browsers from connecting a page to a server, as far as their addresses say. */
import assert from "node:assert/strict";
import { blockageOf } from "../../src/client/client.js";

const CASES = [
  ["http://crm", "ws://phones", undefined],
  ["http://crm.lan", "ws://192.168.0.9:43001/", undefined],
  ["http://10.0.0.7/crm", "wss://phones.lan", undefined],
  ["http://[fd00::7]/", "ws://phones", undefined],
  ["http://crm.example.com", "ws://phones", "insecure_page"],
  ["http://172.32.0.1", "ws://phones", "insecure_page"],
  ["https://crm", "ws://phones", "mixed_content"],
  ["https://crm.example.com", "http://phones.lan", "mixed_content"],
  ["https://crm.example.com", "ws://192.168.0.9", "mixed_content"],
  ["https://crm.example.com", "ws://localhost:43001", undefined],
  ["https://crm.example.com", "wss://phones.lan", "permission"],
  ["https://crm.example.com", "wss://localhost", "permission"],
  ["https://crm.example.com", "wss://phones.example.com", undefined],
  ["https://crm", "wss://phones", undefined],
  ["file:///C:/calls.html", "ws://phones", undefined],
  ["chrome-extension://abc/popup.html", "ws://phones", undefined],
] as const;

Deno.test("the reason why a page cannot reach a server is named, with what to do", () => {
  for (const [page, server, kind] of CASES) {
    const blockage = blockageOf(page, server);
    assert.equal(blockage?.kind, kind, `${page} to ${server}`);
    if (blockage === undefined) continue;
    assert(blockage.message.includes(new URL(server).host), blockage.message);
    assert.match(blockage.message, /tls\.cert|tapi2ws policies --origin|serve the page over https/);
  }
});
