/**
 * Puts the files of a release into a folder: the executable with the manual in it, the browser extension where
 * there is one, the manifests for winget, and the sums of all of them.
 *
 *   release.ts TAG REPOSITORY EXECUTABLE FOLDER
 *
 * TAG is `v` and the version of deno.json, REPOSITORY is `owner/name`.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const WINGET = join(ROOT, ".github/winget");
const EXTENSION = join(ROOT, "src/extension");
/** Windows' own tar makes zip files; Git's does not. */
const TAR = "C:\\Windows\\System32\\tar.exe";

const [tag, repository, executable, folder] = Deno.args;
if (!repository || !executable || !folder) throw new Error("Usage: see the comment at the top");
if (tag !== `v${denoJson.version}`) {
  throw new Error(`The tag ${tag} is not the version of deno.json, ${denoJson.version}`);
}

Deno.mkdirSync(folder, { recursive: true });
Deno.copyFileSync(executable, join(folder, "tapi2ws.exe"));
if (existsSync(EXTENSION)) {
  const zip = join(folder, "tapi2ws-extension.zip");
  const { success } = new Deno.Command(TAR, {
    args: ["-a", "-c", "-f", zip, "-C", EXTENSION, "."],
  }).outputSync();
  if (!success) throw new Error("The extension cannot be packed");
}

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
