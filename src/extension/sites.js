// @ts-check
/** The web sites that the extension works on with the user's permission. */
/** @import { Settings } from "./settings.js" */

const NUMBERS = "numbers";

/** @param {string} url @returns {string | undefined} The match pattern of its site. */
export function patternOf(url) {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return /^https?:$/.test(protocol ?? "") ? `${protocol}//${hostname}/*` : undefined;
}

/**
 * @param {Pick<Settings, "numberSites" | "crmExtension" | "crmNumber">} settings
 * @returns {string[]} The patterns that the settings need permission for.
 */
export function patternsOf({ numberSites, crmExtension, crmNumber }) {
  return [...numberSites, crmExtension, crmNumber].flatMap((url) => patternOf(url) ?? []);
}

/**
 * Tells the pages whether links dial, and makes numbers in text clickable where that is permitted.
 *
 * @param {Settings} settings
 */
export async function prepareSites({ telLinks, numberSites }) {
  await chrome.storage.local.set({ telLinks });
  const known = await chrome.scripting.getRegisteredContentScripts({ ids: [NUMBERS] });
  if (known.length > 0) await chrome.scripting.unregisterContentScripts({ ids: [NUMBERS] });
  const matches = [];
  for (const pattern of numberSites.flatMap((site) => patternOf(site) ?? [])) {
    if (await chrome.permissions.contains({ origins: [pattern] })) matches.push(pattern);
  }
  if (matches.length === 0) return;
  const js = ["extension/numbers.js"];
  await chrome.scripting.registerContentScripts([{ id: NUMBERS, matches, js, allFrames: true }]);
}
