/** Writes the browser extension as a zip file: extension.ts FILE */
import { dirname } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { extensionZip } from "../src/server/http/extension.ts";

const [file] = Deno.args;
if (file === undefined) throw new Error("Usage: extension.ts FILE");
await Deno.mkdir(dirname(file), { recursive: true });
await Deno.writeFile(file, await extensionZip(denoJson.version, {}));
