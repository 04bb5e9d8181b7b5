/**
 * Puts the files of a release into a folder: the executable with the manual in it, the browser extension,
 * the manifests for winget, and the sums of all of them.
 *
 *   release.ts TAG REPOSITORY EXECUTABLE FOLDER
 *
 * TAG is `v` and the version of deno.json, REPOSITORY is `owner/name`.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };
import { extensionZip } from "../src/server/http/extension.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const WINGET = join(ROOT, ".github/winget");

const [tag, repository, executable, folder] = Deno.args;
if (!repository || !executable || !folder) throw new Error("Usage: see the comment at the top");
if (tag !== `v${denoJson.version}`) {
  throw new Error(`The tag ${tag} is not the version of deno.json, ${denoJson.version}`);
}

Deno.mkdirSync(folder, { recursive: true });
Deno.copyFileSync(executable, join(folder, "tapi2ws.exe"));
Deno.writeFileSync(join(folder, "tapi2ws-extension.zip"), await extensionZip(denoJson.version, {}));

const values: Readonly<Record<string, string>> = {
  VERSION: denoJson.version,
  SHA256: sha256(join(folder, "tapi2ws.exe")).toUpperCase(),
  RELEASE: `https://github.com/${repository}/releases/download/${tag}`,
  REPOSITORY: `https://github.com/${repository}`,
  OWNER: repository.split("/")[0] ?? "",
};
for (const { name } of Deno.readDirSync(WINGET)) {
  const text = Deno.readTextFileSync(join(WINGET, name)).replaceAll(/\$\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}: there is no ${key}`);
    return value;
  });
  Deno.writeTextFileSync(join(folder, name), text);
}

const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
Deno.writeTextFileSync(
  join(folder, "SHA256SUMS.txt"),
  names.map((name) => `${sha256(join(folder, name))}  ${basename(name)}\n`).join(""),
);

function sha256(path: string): string {
  return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
}
