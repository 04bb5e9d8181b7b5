/** Links of calls in the client library: each is opened once, when it is due. */
import assert from "node:assert/strict";
import { Links } from "../../src/client/links.js";
import type { Call, Link } from "../../src/client/client.d.ts";
import { Listeners } from "../../src/client/listeners.js";
import { State } from "../../src/client/state.js";
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

Deno.test("a tab that another one leads opens nothing, also when it leads later", () => {
  let leads = false;
  const opened: string[] = [];
  const listeners = new Listeners();
  listeners.on("link", ({ name }) => opened.push(name));
  const state = new State(listeners, () => leads);
  const [ringing, connected] = [
    call([link("ring", "ring"), link("answer", "answer")], { id: 1 }),
    call([link("answer", "answer")], { id: 2, state: "CONNECTED", connectedAtMs: 5 }),
  ];
  const whole = { epoch: "e", gap: false, provider: "up", lines: [] } as const;
  state.replace({ ...whole, seq: 1, calls: [ringing] });
  leads = true;
  state.replace({ ...whole, seq: 2, calls: [ringing] });
  assert.deepEqual(opened, []);
  // A page that is opened while people talk opens nothing either; what is answered from then on does.
  state.replace({ ...whole, seq: 3, calls: [ringing, connected] });
  assert.deepEqual(opened, []);
  const answered = {
    ...ringing,
    state: "CONNECTED",
    connectedAt: "2026-01-01T00:00:00.000Z",
  } as Call;
  const event = { type: "call", seq: 4, at: "", change: "state", call: answered } as const;
  state.apply({ epoch: "e", after: 3, seq: 4, events: [event] });
  assert.deepEqual(opened, ["answer"]);
});

Deno.test("an outgoing call rings at nobody's page here", () => {
  const links = new Links();
  const out = { direction: "out", state: "RINGBACK" } as const;
  assert.deepEqual(links.take(call([link("card", "ring")], out)), []);
});
