/** Links of calls: which ones a call has, and what of the call gets into their URLs. */
import assert from "node:assert/strict";
import type { Call, Party } from "../../src/model/call.ts";
import type { LinkRule } from "../../src/model/link.ts";
import { linksOf } from "../../src/server/links.ts";
import { callEvent, shown } from "../support/events.ts";
import { fc } from "../support/properties.ts";

const rule = (url: string, more: Partial<LinkRule> = {}): LinkRule => ({
  name: "Card",
  url,
  on: "ring",
  lines: ["*"],
  ...more,
});
const urlOf = (url: string, call: Partial<Call> = {}) =>
  linksOf(callEvent(call).call, [rule(url)])?.[0]?.url;
const ada: Party = {
  ...shown("+441632960001"),
  e164: "+441632960001",
  name: "ADA",
  directory: { name: "Ada & Co", company: "Example/Bakery", id: "17", source: "crm" },
};

Deno.test("every placeholder is what it stands for, escaped", () => {
  const url = "https://crm.example.com/{id}/{company}?n={e164}&r={number}&w={name}&l={line}" +
    "&d={called}&c={callId}";
  assert.equal(
    urlOf(url, { caller: ada }),
    "https://crm.example.com/17/Example%2FBakery?n=%2B441632960001&r=%2B441632960001" +
      "&w=Ada%20%26%20Co&l=201&d=201&c=0x1A2B",
  );
});

Deno.test("a link without one of its values is left out until it is there", () => {
  assert.equal(urlOf("https://crm.example.com/{id}"), undefined);
  assert.equal(urlOf("https://crm.example.com/{e164}", { caller: shown("01632") }), undefined);
  assert.equal(
    urlOf("https://crm.example.com/{number}", { caller: shown("01632") })?.slice(-6),
    "/01632",
  );
  assert.equal(urlOf("https://crm.example.com/{callId}", { callId: "0x0" }), undefined);
  assert.equal(urlOf("https://crm.example.com/"), "https://crm.example.com/");
});

Deno.test("an outgoing call's link is of whom it reaches", () => {
  const call = { direction: "out", caller: shown("201"), called: ada } as const;
  assert.equal(urlOf("https://crm.example.com/{id}", call), "https://crm.example.com/17");
});

Deno.test("a link is on its lines only", () => {
  const rules = [rule("https://a.example/", { lines: ["3*"] }), rule("https://b.example/")];
  const links = (line: string) => linksOf(callEvent({ line }).call, rules)?.map(({ url }) => url);
  assert.deepEqual(links("301"), ["https://a.example/", "https://b.example/"]);
  assert.deepEqual(links("201"), ["https://b.example/"]);
  assert.equal(linksOf(callEvent().call, [rules[0]!]), undefined);
});

Deno.test("applications get a number with its +", () => {
  assert.equal(urlOf("tel:{e164}", { caller: ada }), "tel:+441632960001");
});

Deno.test("whatever a caller is named, the link stays on its page", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (name, number) => {
    const caller: Party = { number, name, presentation: "shown" };
    const url = urlOf("https://crm.example.com/find/{name}/{number}?x=1", { caller });
    if (url === undefined) return;
    const { origin, pathname, search, hash } = new URL(url);
    assert.equal(origin, "https://crm.example.com");
    assert.match(pathname, /^\/find\/[^/]+\/[^/]+$/);
    assert.equal(search, "?x=1");
    assert.equal(hash, "");
  }));
  for (const name of ["..", ".", "../../admin", "?x=2", "#", "\ud800", "\\..\\"]) {
    const url = urlOf("https://crm.example.com/find/{name}/end", {
      caller: { ...ada, name, directory: { ...ada.directory!, name } },
    });
    if (url !== undefined) assert.match(new URL(url).pathname, /^\/find\/[^/]+\/end$/, name);
  }
});
