// @ts-check
/** The options page: a field for each setting. Those that an administrator has set cannot be changed. */
/** @import { ExtensionSetting, ExtensionSettingName } from "../model/extension_setting.ts" */
/** @import { Settings } from "./settings.js" */
import { EXTENSION_SETTINGS } from "../model/extension_setting.ts";
import { byId, make, part, write } from "../panel/dom.js";
import { readManaged, readSettings, saveSettings } from "./settings.js";
import { patternsOf } from "./sites.js";

const root = byId("options", HTMLElement);
const form = part(root, "form", HTMLFormElement);
const result = part(root, "result");
/** @type {readonly [ExtensionSettingName, ExtensionSetting][]} */
const ROWS = /** @type {[ExtensionSettingName, ExtensionSetting][]} */ (
  Object.entries(EXTENSION_SETTINGS)
);

/** @type {(name: string, row: ExtensionSetting, isManaged: boolean) => HTMLElement} */
function fieldOf(name, { kind, label, help }, isManaged) {
  const field = kind === "list"
    ? make("textarea", "", { name })
    : make("input", "", { name, type: TYPES[kind] ?? "text", autocomplete: "off" });
  if (kind === "seconds") field.setAttribute("min", "0");
  field.disabled = isManaged;
  const labelled = make("label", kind === "switch" ? "" : label);
  if (kind === "switch") labelled.className = "check";
  labelled.append(field);
  if (kind === "switch") labelled.append(label);
  const id = `${name}-help`;
  field.setAttribute("aria-describedby", id);
  const note = isManaged ? "Set by your administrator. " : "";
  const more = kind === "list" ? ". One a line" : "";
  const box = make("div");
  box.append(
    labelled,
    make("p", `${note}${help.replaceAll("`", "")}${more}.`, { class: "muted", id }),
  );
  return box;
}

/** @type {Readonly<Record<string, string>>} */
const TYPES = { secret: "password", switch: "checkbox", seconds: "number" };

/** @param {ExtensionSettingName} name */
function field(name) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (form.elements.namedItem(name));
}

/** @type {(name: ExtensionSettingName, row: ExtensionSetting) => unknown} */
function valueIn(name, { kind }) {
  const input = field(name);
  switch (kind) {
    case "switch":
      return /** @type {HTMLInputElement} */ (input).checked;
    case "seconds":
      return Math.max(0, Number(input.value) || 0);
    case "list":
      return input.value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    default:
      return input.value.trim();
  }
}

/** @returns {Settings} Those of the form. */
function settingsIn() {
  return /** @type {Settings} */ (Object.fromEntries(
    ROWS.map(([name, row]) => [name, valueIn(name, row)]),
  ));
}

async function show() {
  const [settings, managed] = await Promise.all([readSettings(), readManaged()]);
  part(root, "fields").replaceChildren(
    ...ROWS.map(([name, row]) => fieldOf(name, row, name in managed)),
  );
  for (const [name] of ROWS) {
    const input = field(name);
    const value = settings[name];
    if (input instanceof HTMLInputElement && typeof value === "boolean") input.checked = value;
    else input.value = Array.isArray(value) ? value.join("\n") : String(value);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const settings = settingsIn();
  // First, because browsers ask only right after a click.
  const origins = patternsOf(settings);
  const isPermitted = origins.length === 0
    ? Promise.resolve(true)
    : chrome.permissions.request({ origins });
  const own = ROWS.filter(([name]) => !field(name).disabled).map((
    [name],
  ) => [name, settings[name]]);
  void Promise.all([isPermitted, saveSettings(Object.fromEntries(own))]).then(([permitted]) => {
    write(
      result,
      permitted ? "Saved." : "Saved, but the browser does not allow access to the sites.",
    );
  });
});

part(root, "test").addEventListener("click", () => void testRing());

async function testRing() {
  const { server, extension, token } = settingsIn();
  try {
    const url = new URL("/fake/calls", server.replace(/^ws/, "http"));
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...token !== "" && { authorization: `Bearer ${token}` },
      },
      body: JSON.stringify({ to: extension, from: "+441632960001" }),
    });
    const { error } = response.status === 404 ? { error: undefined } : await response.json();
    if (response.ok) write(result, `${extension} rings.`);
    else write(result, error?.message ?? "The server has a real phone system: call the phone.");
  } catch (error) {
    write(result, `The server cannot be reached: ${error}`);
  }
}

await show();
