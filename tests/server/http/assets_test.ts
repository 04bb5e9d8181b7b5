/** The client library as pages get it: one file out of its modules, with its types. */
import assert from "node:assert/strict";
import { joinModules, spellOut } from "../../../src/server/http/client_files.ts";
import { startTestServer } from "../../support/server.ts";

Deno.test("the client library is served for pages of every origin, and kept until it changes", async () => {
  const { server } = startTestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  for (
    const [file, type] of [["client.js", "text/javascript"], [
      "client.d.ts",
      "application/typescript",
    ]]
  ) {
    const response = await fetch(`${origin}/${file}`);
    assert.equal(response.status, 200);
    await response.body?.cancel();
    const { headers } = response;
    assert.equal(headers.get("content-type"), `${type}; charset=utf-8`);
    assert.equal(headers.get("access-control-allow-origin"), "*");
    assert.equal(headers.get("cache-control"), "no-cache");
    const etag = headers.get("etag") ?? "";
    assert.match(etag, /^"[\w-]{20,}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await fetch(`${origin}/${file}`, { headers: { "if-none-match": known } });
      assert.equal(again.status, 304, known);
      assert.equal(await again.text(), "");
      assert.equal(again.headers.get("etag"), etag);
      assert.equal(again.headers.get("access-control-allow-origin"), "*");
    }
    const other = await fetch(`${origin}/${file}`, { headers: { "if-none-match": '"other"' } });
    assert.equal(other.status, 200);
    await other.body?.cancel();
    const head = await fetch(`${origin}/${file}`, { method: "HEAD" });
    assert.deepEqual([head.headers.get("etag"), await head.text()], [etag, ""]);
  }
  const library = await fetch(`${origin}/client.js`, { method: "HEAD" });
  assert.equal(library.headers.get("x-typescript-types"), "/client.d.ts");
  await server.stop(1000);
});

Deno.test("the library that a page saves is one file, which matches its types", async () => {
  const { server } = startTestServer();
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-library-" });
  try {
    for (const file of ["client.js", "client.d.ts"]) {
      const response = await fetch(`http://127.0.0.1:${server.port}/${file}`);
      const text = await response.text();
      // Its own types in comments are all that it refers to.
      const specifiers = text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g);
      assert.deepEqual(
        [...specifiers].map(([, specifier]) => specifier),
        file.endsWith(".js") ? ["./client.d.ts"] : [],
      );
      await Deno.writeTextFile(`${folder}/${file}`, text);
    }
    const library = await import(`file://${folder}/client.js`);
    assert.deepEqual(Object.keys(library), [
      "Tapi2WsError",
      "blockageOf",
      "connect",
      "formatNumber",
      "sameNumber",
    ]);
    // Finds every name that the joining lost or made twice.
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-config", "--no-lock", `${folder}/client.js`],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
    await server.stop(1000);
  }
});

Deno.test("modules are joined without their imports of each other, and export what the first exports", () => {
  const joined = joinModules(
    `// @ts-check
/** @import * as Api from "./api.d.ts" */
/** @import { Two } from "./two.js" */
import { one } from "./one.js";
import {
  Two,
  three,
} from "./two.js";

export { Two };
export const made = () => new Two(one, three());
`,
    `// @ts-check
/** @import * as Api from "./api.d.ts" */
export const one = 1;
`,
    `// @ts-check
export class Two {}
export async function three() {}
`,
  );
  assert.equal(
    joined,
    `// @ts-check
/** @import * as Api from "./api.d.ts" */

export { Two };
export const made = () => new Two(one, three());

const one = 1;

class Two {}
async function three() {}
`,
  );
});

Deno.test("Deno imports the library from the server, with its types", async () => {
  const { server } = startTestServer();
  const url = `http://127.0.0.1:${server.port}/client.js`;
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-import-" });
  const check = async (text: string) => {
    await Deno.writeTextFile(`${folder}/page.ts`, text);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "--no-config",
        "--no-lock",
        "--reload",
        `--allow-import=127.0.0.1:${server.port}`,
        "page.ts",
      ],
      cwd: folder,
      env: { NO_COLOR: "1", DENO_DIR: `${folder}/cache` },
    }).output();
    return { success, log: new TextDecoder().decode(stderr) };
  };
  try {
    const use = `import { connect } from "${url}";\nconst client = connect("ws://server/");\n`;
    const right = await check(
      `${use}const line: string | undefined = client.calls.get(1)?.line;\nvoid line;`,
    );
    assert(right.success, right.log);
    const wrong = await check(`${use}client.on("calls", () => {});`);
    assert.match(wrong.log, /"calls"/);
    assert(!wrong.success);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await server.stop(1000);
  }
});

Deno.test("types that refer to a list of the model have its words, or are refused", () => {
  const types = `import type { LONG, SHORT } from "../model/words.ts";
export type Short = typeof SHORT[number] | \`X_$\${string}\`;
export type Long = typeof LONG[number];
`;
  const LONG = Array.from({ length: 12 }, (_, i) => `WORD_${i}`);
  assert.equal(
    spellOut(types, { SHORT: ["a", "b"], LONG }),
    `export type Short = "a" | "b" | \`X_$\${string}\`;
export type Long = ${LONG.map((word) => `\n  | "${word}"`).join("")};
`,
  );
  assert.throws(() => spellOut(types, { SHORT: ["a"] }), /no list LONG/);
});
