/** That what the panel expects of the server is what the server sends; found by `deno check`. */
import assert from "node:assert/strict";
import { DIRECTIONS } from "../../src/model/call.ts";
import type { Readiness } from "../../src/panel/health.js";
import type { ServiceStatus } from "../../src/bus/ports.ts";

/** Compiles only where every value of the one is one of the other. */
type Fits<Given, Wanted> = Given extends Wanted ? true : false;

const proofs: true[] = [
  true satisfies Fits<ServiceStatus, Readiness>,
];

Deno.test("the page's own lists are the program's words", async () => {
  assert(proofs.every(Boolean));
  const html = await Deno.readTextFile(new URL("../../src/panel/index.html", import.meta.url));
  const [, options = ""] = html.match(/<select name="direction">([^]*?)<\/select>/) ?? [];
  const values = [...options.matchAll(/value="(\w+)"/g)].map(([, value]) => value ?? "");
  assert(values.length > 0);
  assert.deepEqual(
    values.filter((value) => !(DIRECTIONS as readonly string[]).includes(value)),
    [],
  );
});
