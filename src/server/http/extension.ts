/**
 * The browser extension as a zip file, which unpacks to what browsers load. The same files make the same
 * bytes.
 */
import * as advice from "../../model/advice.ts";
import * as command from "../../model/command.ts";
import * as extensionSetting from "../../model/extension_setting.ts";
import { LIBRARY } from "./assets.ts";
import * as files from "./extension_files.ts";
import { asJavaScript } from "./model_module.ts";
import * as panelFiles from "./panel_files.ts";
import type { Route } from "./route.ts";

const MODEL = {
  "advice.js": advice,
  "command.js": command,
  "extension_setting.js": extensionSetting,
};
/** The panel's modules that the extension uses. */
const PANEL = [
  "command_bar.js",
  "commands.js",
  "controls.css",
  "dom.js",
  "format.js",
  "links.js",
  "results.js",
  "states.js",
  "theme.css",
] as const;
/** Browsers take a module only from a file whose name ends so. */
const MODEL_IMPORT = /"(\.\.\/model\/\w+)\.ts"/g;
/** The earliest time of a zip file. Its parts are what is written, whatever the time zone. */
const WRITTEN = new Date(1980, 0, 1);

/** Settings that the file brings with it. */
export interface Preset {
  readonly server?: string;
}

/**
 * @param version Of the program.
 * @returns The bytes of the zip file.
 */
export async function extensionZip(version: string, preset: Preset): Promise<Uint8Array> {
  // Only those who ask for the file need the library.
  const { strToU8, zipSync } = await import("fflate");
  const { "manifest.json": manifest, "icon.png": icon, ...own } = files;
  const texts: Record<string, string> = {
    "manifest.json": json({ ...JSON.parse(manifest), version: version.replace(/[-+].*/, "") }),
    "extension/managed_schema.json": json(extensionSetting.managedSchema()),
    "extension/preset.json": json(preset),
    "client/client.js": LIBRARY,
  };
  for (const [name, text] of Object.entries(own)) texts[`extension/${name}`] = text;
  for (const name of PANEL) texts[`panel/${name}`] = panelFiles[name];
  for (const [name, module] of Object.entries(MODEL)) texts[`model/${name}`] = asJavaScript(module);
  const entries = Object.entries(texts).map(([path, text]) =>
    [
      path,
      strToU8(text.replaceAll(MODEL_IMPORT, '"$1.js"')),
    ] as const
  );
  const all = [...entries, ["extension/icon.png", icon] as const];
  return zipSync(Object.fromEntries(all.toSorted(([a], [b]) => a < b ? -1 : 1)), {
    mtime: WRITTEN,
    level: 9,
    os: 0,
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The file for users of this server, under the name by which they know it. */
export const EXTENSION: Readonly<Record<string, Route>> = {
  "/extension.zip": {
    GET: async ({ url: { protocol, host } }, { version }) => {
      const server = `${protocol === "https:" ? "wss" : "ws"}://${host}/`;
      const bytes = await extensionZip(version, { server });
      return new Response(new Uint8Array(bytes), {
        headers: {
          "content-type": "application/zip",
          "content-disposition": 'attachment; filename="tapi2ws-extension.zip"',
          "x-content-type-options": "nosniff",
        },
      });
    },
  },
};
