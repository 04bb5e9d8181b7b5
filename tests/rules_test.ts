/** Reads the tests themselves: nothing in them depends on chance, or waits for a time. */
import assert from "node:assert/strict";

const HERE = new URL("./", import.meta.url);

/** Things that tests may do in one place only, and where. Benchmarks and soaks measure time: they may. */
const RULES: readonly { readonly what: string; readonly sign: RegExp; readonly in: string[] }[] = [
  {
    what: "waits for a time; support/patience.ts waits for conditions",
    sign: /(?<![.\w#])(?:setTimeout|setInterval)\(/,
    in: [
      "support/patience.ts",
      "support/clock.ts",
      "support/tcp_proxy.ts",
      // Events at a rate are what it is about.
      "browser/panel_load_test.ts",
      // It asks another process over HTTP, whose limits a look in every turn would pass.
      "browser/unwatched.ts",
      // An attacker gives up when nothing is taken any more.
      "attack/connections_test.ts",
      // Events and reconnections at a rate, while servers die.
      "nats/hops.ts",
      "nats/rig.ts",
    ],
  },
  { what: "has a patience of its own", sign: /\bPATIENCE_MS =/, in: ["support/patience.ts"] },
  { what: "draws lots", sign: /Math\.random|getRandomValues|randomUUID/, in: [] },
  { what: "draws cases anew in each run", sign: /"fast-check"/, in: ["support/properties.ts"] },
  { what: "decides itself what is left out", sign: /env\.get\("CI"\)/, in: ["support/tools.ts"] },
  { what: "reads pages by their place", sign: /README\.md/, in: ["support/manual.ts"] },
];

const OWN_RULES = ["bench/", "soak/", "awake/", "rules_test.ts", "support/tools_test.ts"];

function* sources(folder = ""): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, HERE))) {
    const path = folder + name;
    if (OWN_RULES.includes(isDirectory ? `${path}/` : path)) continue;
    if (isDirectory) yield* sources(`${path}/`);
    else if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("no test depends on chance, on a time, or on a place where it need not", () => {
  const paths = [...sources()];
  assert(paths.length > 150);
  const broken = paths.flatMap((path) => {
    const text = Deno.readTextFileSync(new URL(path, HERE));
    return RULES.filter((rule) => !rule.in.includes(path) && rule.sign.test(text))
      .map(({ what }) => `${path} ${what}`);
  });
  assert.deepEqual(broken, []);
});
