/** The browser extension as the server hands it out. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { strFromU8, unzipSync } from "fflate";
import { extensionZip } from "../../../src/server/http/extension.ts";
import { startTestServer } from "../../support/server.ts";

const ZIP = await extensionZip("1.2.3-beta.1", { server: "ws://phones:43001/" });
const FILES = unzipSync(ZIP);

function text(name: string): string {
  const bytes = FILES[name];
  assert(bytes, `${name} is not packed`);
  return strFromU8(bytes);
}

Deno.test("the same files make the same bytes", async () => {
  assert.deepEqual(await extensionZip("1.2.3-beta.1", { server: "ws://phones:43001/" }), ZIP);
  assert.notDeepEqual(await extensionZip("1.2.3-beta.1", {}), ZIP);
});

Deno.test("the server hands it out with the address by which it was asked", async () => {
  const { server } = startTestServer();
  const response = await fetch(`http://127.0.0.1:${server.port}/extension.zip`);
  assert.equal(response.headers.get("content-type"), "application/zip");
  const files = unzipSync(await response.bytes());
  assert.deepEqual(JSON.parse(strFromU8(files["extension/preset.json"] as Uint8Array)), {
    server: `ws://127.0.0.1:${server.port}/`,
  });
  await server.stop(1000);
});

Deno.test("every file that the manifest, a page or a module names is packed", () => {
  const manifest = JSON.parse(text("manifest.json"));
  const { background, action, options_ui, storage, content_scripts, icons } = manifest;
  const named = [
    background.service_worker,
    ...background.scripts,
    action.default_popup,
    options_ui.page,
    storage.managed_schema,
    ...content_scripts.flatMap(({ js }: { js: string[] }) => js),
    ...Object.values(icons) as string[],
  ];
  for (const name of named) assert(name in FILES, name);
  let count = 0;
  for (const name of Object.keys(FILES)) {
    const used = name.endsWith(".js")
      ? text(name).matchAll(/^(?:import|export) [^;]*?from "([^"]+)";/gm)
      : name.endsWith(".html")
      ? text(name).matchAll(/(?:src|href)="([^"]+)"/g)
      : [];
    for (const [, path = ""] of used) {
      count++;
      assert(join(dirname(name), path) in FILES, `${name} uses ${path}`);
    }
  }
  assert(count > 20);
});

Deno.test("no code comes from elsewhere, and the browser holds the extension to that", () => {
  const { content_security_policy, host_permissions, version } = JSON.parse(text("manifest.json"));
  assert.match(content_security_policy.extension_pages, /^script-src 'self'; object-src 'none'/);
  assert.equal(host_permissions, undefined);
  assert.equal(version, "1.2.3");
  for (const name of Object.keys(FILES)) {
    if (!name.endsWith(".js") && !name.endsWith(".html")) continue;
    assert.doesNotMatch(text(name), /\beval\(|new Function\(|(?:src|from) ?=? ?"https?:/, name);
  }
});

Deno.test("a policy can set every setting, with its type", () => {
  const { properties } = JSON.parse(text("extension/managed_schema.json"));
  assert.equal(properties.server.type, "string");
  assert.equal(properties.confirmDial.type, "boolean");
  assert.equal(properties.internalSeconds.type, "integer");
  assert.deepEqual(properties.dialSites.items, { type: "string" });
});
