/** Links of calls in the client library: each is opened once, when it is due. */
import assert from "node:assert/strict";
import { Links } from "../../src/client/links.js";
import type { Call, Link } from "../../src/client/client.d.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import { callEvent } from "../support/events.ts";

const link = (name: string, on: Link["on"]): Link => ({
  name,
  url: `https://${name}.example/`,
  on,
});

function call(
  links: readonly Link[] | undefined,
  more: Parameters<typeof callEvent>[0] = {},
): Call {
  const [object] = new V2Encoder().callObjects([callEvent(more).call]);
  return { ...object, links } as Call;
}

const names = (links: readonly Link[]) => links.map(({ name }) => name);

Deno.test("a link is due while the call rings, or once it is answered, and then not again", () => {
  const links = new Links();
  const all = [link("ring", "ring"), link("answer", "answer"), link("demand", "demand")];
  assert.deepEqual(names(links.take(call(all))), ["ring"]);
  assert.deepEqual(names(links.take(call(all))), []);
  const connected = call(all, { state: "CONNECTED", connectedAtMs: 5 });
  assert.deepEqual(names(links.take(connected)), ["answer"]);
  assert.deepEqual(names(links.take(connected)), []);
  links.forget(connected.id);
  assert.deepEqual(names(links.take(call(all))), ["ring"]);
});

Deno.test("a link that comes with a late name is due once it is there", () => {
  const links = new Links();
  assert.deepEqual(links.take(call(undefined)), []);
  const named = [link("card", "ring")];
  assert.deepEqual(names(links.take(call(named, { state: "CONNECTED", connectedAtMs: 5 }))), [
    "card",
  ]);
});

Deno.test("an outgoing call rings at nobody's page here", () => {
  const links = new Links();
  const out = { direction: "out", state: "RINGBACK" } as const;
  assert.deepEqual(links.take(call([link("card", "ring")], out)), []);
});
