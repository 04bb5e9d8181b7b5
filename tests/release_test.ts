/** The release, and its workflows. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const WORKFLOWS = join(ROOT, ".github/workflows");
const { version } = denoJson;

async function release(tag: string, folder: string): Promise<{ success: boolean; text: string }> {
  const executable = join(folder, "made.exe");
  await Deno.writeTextFile(executable, "an executable");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--frozen", "--allow-read", "--allow-write", ".github/release.ts"],
      ...[tag, "owner/tapi2ws", executable, join(folder, "release")],
    ],
    cwd: ROOT,
  }).output();
  return { success, text: new TextDecoder().decode(stderr) };
}

Deno.test("a release has the executable, the extension, winget's manifests, and their sums", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-release-" });
  try {
    const { success, text } = await release(`v${version}`, folder);
    assert(success, text);
    const read = (name: string) => Deno.readFile(join(folder, "release", name));
    const sums = new TextDecoder().decode(await read("SHA256SUMS.txt")).trim().split("\n");
    const names = [];
    for (const line of sums) {
      const [sum, name = ""] = line.split("  ");
      names.push(name);
      assert.equal(sum, createHash("sha256").update(await read(name)).digest("hex"), name);
    }
    assert.deepEqual(names, [
      "Tapi2Ws.Tapi2Ws.installer.yaml",
      "Tapi2Ws.Tapi2Ws.locale.en-GB.yaml",
      "Tapi2Ws.Tapi2Ws.yaml",
      "tapi2ws-extension.zip",
      "tapi2ws.exe",
    ]);
    const installer = new TextDecoder().decode(await read("Tapi2Ws.Tapi2Ws.installer.yaml"));
    assert.match(installer, new RegExp(`releases/download/v${version}/tapi2ws\\.exe\n`));
    assert(installer.includes(String(sums.at(-1)?.slice(0, 64).toUpperCase())));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a tag that is not the version is not released", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-release-" });
  try {
    const { success, text } = await release("v0.0.0-other", folder);
    assert.deepEqual([success, text.includes(`is not the version of deno.json, ${version}`)], [
      false,
      true,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("workflows take actions by their commits, and the Deno that everything else does", async () => {
  const run = await Deno.readTextFile(join(ROOT, ".ci/run"));
  const deno = run.match(/deno@([\d.]+)/)?.[1];
  for (const { name } of Deno.readDirSync(WORKFLOWS)) {
    const text = await Deno.readTextFile(join(WORKFLOWS, name));
    for (const [, action = "", rest = ""] of text.matchAll(/uses: (\S+)(.*)/g)) {
      if (action.startsWith("./")) continue;
      assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, `${name}: ${action}`);
      assert.match(rest, /^ # v\d+\.\d+\.\d+$/, `${name}: ${action} has no version behind it`);
    }
    for (const [, version] of text.matchAll(/deno-version: (\S+)/g)) assert.equal(version, deno);
  }
});
