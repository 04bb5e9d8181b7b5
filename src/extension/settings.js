// @ts-check
/**
 * The settings in use: an administrator's come first, then the user's, then those that the server put
 * into the file, then the defaults. They stay on this machine: a token must not be synchronised.
 */
/** @import { ExtensionSettingName } from "../model/extension_setting.ts" */
import { EXTENSION_SETTINGS } from "../model/extension_setting.ts";

/**
 * @template {string | boolean | number | readonly string[]} T
 * @typedef {T extends boolean ? boolean : T extends number ? number
 *   : T extends string ? string : readonly string[]} Widened
 */

/**
 * @typedef {{ readonly [Name in ExtensionSettingName]:
 *   Widened<typeof EXTENSION_SETTINGS[Name]["default"]> }} Settings
 */

/** @type {Readonly<Record<string, (value: unknown) => boolean>>} */
const FITS = {
  text: (value) => typeof value === "string",
  secret: (value) => typeof value === "string",
  switch: (value) => typeof value === "boolean",
  seconds: (value) => typeof value === "number" && value >= 0,
  list: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};

/** @returns {Promise<Settings>} */
export async function readSettings() {
  const [managed, own, preset] = await Promise.all([
    readManaged(),
    chrome.storage.local.get("settings"),
    readPreset(),
  ]);
  const sources = [managed, /** @type {Record<string, unknown>} */ (own["settings"] ?? {}), preset];
  const entries = Object.entries(EXTENSION_SETTINGS).map(([name, row]) => {
    const source = sources.find((values) => FITS[row.kind]?.(values[name]));
    return [name, source?.[name] ?? row.default];
  });
  return Object.fromEntries(entries);
}

/** @returns {Promise<Readonly<Record<string, unknown>>>} The settings that an administrator has set. */
export async function readManaged() {
  try {
    return await chrome.storage.managed.get();
  } catch {
    // Firefox rejects where no policy has been set.
    return {};
  }
}

/** @param {Readonly<Record<string, unknown>>} settings Those of the user. */
export async function saveSettings(settings) {
  await chrome.storage.local.set({ settings });
}

/** @param {() => void} listener Called when settings have changed. */
export function whenSettingsChange(listener) {
  chrome.storage.onChanged.addListener((changes, area) => {
    if (area === "managed" || area === "local" && "settings" in changes) listener();
  });
}

/** @returns {Promise<Record<string, unknown>>} */
async function readPreset() {
  const response = await fetch(chrome.runtime.getURL("extension/preset.json"));
  return await response.json();
}
