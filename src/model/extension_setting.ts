/** The settings of the browser extension: its options page, its managed storage and the manual have them from here. */

/** `secret`: a text that is not shown. `seconds`: 0 is for ever. `list`: texts, one a line. */
export type ExtensionSettingKind = "text" | "secret" | "switch" | "seconds" | "list";

export interface ExtensionSetting {
  readonly kind: ExtensionSettingKind;
  readonly default: string | boolean | number | readonly string[];
  /** On the options page. */
  readonly label: string;
  /** For people. */
  readonly help: string;
}

/** In the order of the options page. */
export const EXTENSION_SETTINGS = {
  server: {
    kind: "text",
    default: "",
    label: "Server",
    help: "Address of the Tapi2Ws server, such as `ws://phones:43001/`, or `wss://` with TLS",
  },
  extension: {
    kind: "text",
    default: "",
    label: "Extension",
    help: "Your extension, such as `201`. Can stay empty with a token for one line only",
  },
  token: {
    kind: "secret",
    default: "",
    label: "Token",
    help: "Token from the server's administrator, if the server requires one",
  },
  notifyExternal: {
    kind: "switch",
    default: true,
    label: "Notify of external calls",
    help: "Shows a notification when a call from outside rings",
  },
  externalSeconds: {
    kind: "seconds",
    default: 0,
    label: "Hide external calls after",
    help: "Hides the notification of an external call after this many seconds; 0: when it is over",
  },
  notifyInternal: {
    kind: "switch",
    default: true,
    label: "Notify of internal calls",
    help: "Shows a notification when a colleague's call rings",
  },
  internalSeconds: {
    kind: "seconds",
    default: 0,
    label: "Hide internal calls after",
    help: "Hides the notification of an internal call after this many seconds; 0: when it is over",
  },
  keepMissed: {
    kind: "switch",
    default: true,
    label: "Keep missed calls",
    help: "Keeps a notification of each missed call. Needs the server's journal",
  },
  link: {
    kind: "text",
    default: "",
    label: "Link to open",
    help: "Page to open for a call for which the server has no link, such as " +
      "`https://crm.example.com/find?number={number}`. Also `{name}` and `{line}`",
  },
  telLinks: {
    kind: "switch",
    default: true,
    label: "Dial tel: links",
    help: "Dials when a `tel:` link of a web page is clicked",
  },
  numberSites: {
    kind: "list",
    default: [],
    label: "Dial numbers in text on",
    help: "Web sites on which phone numbers in text can be clicked, such as " +
      "`https://crm.example.com`; the browser asks for permission",
  },
  confirmDial: {
    kind: "switch",
    default: true,
    label: "Ask before dialling",
    help: "Asks before it dials a number that was clicked on a page",
  },
  dialSites: {
    kind: "list",
    default: [],
    label: "Sites that can dial",
    help: "Web sites whose pages can ask the extension to dial, such as `https://crm.example.com`",
  },
  dialExtensions: {
    kind: "list",
    default: [],
    label: "Extensions that can dial",
    help: "IDs of other browser extensions that can ask this one to dial",
  },
  crmExtension: {
    kind: "text",
    default: "",
    label: "CRM: my extension",
    help: 'URL that returns the user\'s extension as `{"extension":"201"}`, used if Extension is ' +
      "empty; asked every 5 minutes",
  },
  crmNumber: {
    kind: "text",
    default: "",
    label: "CRM: look up a number",
    help: 'URL that gets `{"number":"…"}` by POST and returns `{"fullName":"…","company":"…"}` ' +
      "within 2 seconds",
  },
} as const satisfies Readonly<Record<string, ExtensionSetting>>;

export type ExtensionSettingName = keyof typeof EXTENSION_SETTINGS;

/** The settings that a policy can set: the managed storage of the extension, as JSON Schema. */
export function managedSchema(): object {
  const TYPES = {
    text: { type: "string" },
    secret: { type: "string" },
    switch: { type: "boolean" },
    seconds: { type: "integer", minimum: 0 },
    list: { type: "array", items: { type: "string" } },
  };
  const properties = Object.entries(EXTENSION_SETTINGS).map(([name, { kind, label, help }]) => [
    name,
    { title: label, description: help, ...TYPES[kind] },
  ]);
  return { type: "object", properties: Object.fromEntries(properties) };
}
