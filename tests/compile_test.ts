/** That the task `compile` packs what the program needs, nothing else, and permits no more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { ROWS } from "../src/settings/schema.ts";
import { variableOf } from "../src/settings/setting.ts";
import { COMPILE_WORDS } from "./support/compile_task.ts";
import { pack } from "./support/executable.ts";

const folder = await Deno.makeTempDir({ prefix: "tapi2ws-compile-" });
const { metadata, files } = await pack(Deno.execPath(), join(folder, "out"), { forWindows: false })
  .finally(() => Deno.remove(folder, { recursive: true }));

Deno.test("the program, the fake exchange, the client library and the manual are packed, with the version", () => {
  for (
    const file of [
      "deno.json",
      "src/main.ts",
      "src/rights.ts",
      "src/cli/main.ts",
      "src/tapi/library.ts",
      "src/fake/library.ts",
      "src/nats/gateway.ts",
      "src/nats/site.ts",
      "src/client/client.js",
      "src/client/client.d.ts",
      "src/extension/worker.js",
      "src/extension/icon.png",
      "src/manual/install.md",
      "src/manual/pictures/panel-light.webp",
    ]
  ) {
    assert(files.includes(file), `${file} is not packed`);
  }
  assert.equal(metadata.app_version, denoJson.version);
});

Deno.test("only the packages that the program imports are packed", () => {
  const packages = files.flatMap((file) =>
    file.match(/^\.deno_compile_node_modules\/[^/]+\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []
  );
  assert.deepEqual([...new Set(packages)].sort(), [
    "@logtape/file",
    "@logtape/logtape",
    "@nats-io/nats-core",
    "@nats-io/nkeys",
    "@nats-io/nuid",
    "@opentelemetry/api",
    "csv-parse",
    "fflate",
    "jose",
    "ldapts",
    "libphonenumber-js",
    "marked",
    "smol-toml",
    "strict-event-emitter-types",
    "tweetnacl",
    "ws",
    "zod",
  ]);
});

Deno.test("it may do what it needs: TAPI's library, files, sockets, its own variables, the machine's name", () => {
  const { permissions } = metadata;
  const given = Object.entries(permissions).filter(([name, value]) =>
    // What Deno permits by itself: imports from hosts, of which a packed program has none.
    value !== null && name !== "allow_import"
  );
  assert.deepEqual(Object.fromEntries(given), {
    // Given up as soon as the libraries are open: src/rights.ts.
    allow_ffi: [],
    allow_net: [],
    allow_read: [],
    allow_write: [],
    allow_env: ["TAPI2WS_*", "WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"],
    allow_sys: ["hostname"],
    prompt: false,
  });
  for (const [key] of ROWS) assert.match(variableOf(key), /^TAPI2WS_/);
});

Deno.test("it keeps no cache of code in a folder where others may write", () => {
  assert.equal(metadata.code_cache_key, null);
});

Deno.test("the task makes an executable with an icon for 64-bit Windows", async () => {
  const valueOf = (option: string) => COMPILE_WORDS[COMPILE_WORDS.indexOf(option) + 1] ?? "";
  assert.equal(valueOf("--target"), "x86_64-pc-windows-msvc");
  assert.equal(valueOf("--output"), "dist/tapi2ws.exe");
  const icon = await Deno.readFile(new URL(`../${valueOf("--icon")}`, import.meta.url));
  assert.deepEqual([...icon.subarray(0, 4)], [0, 0, 1, 0]);
});
