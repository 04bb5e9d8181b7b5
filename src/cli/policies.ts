/**
 * `tapi2ws policies --origin ORIGIN...`: the policies of Chrome, Edge and Firefox that let the pages of
 * some origins work as an administrator wants them to: the local network without a question,
 * notifications, the rights of https on an intranet's http, no sleep.
 */
import { SettingsError } from "../settings/setting.ts";

/** Lists of origins. */
type Lists = Readonly<Record<string, readonly string[]>>;

/** Where the files go, by the names that `--format` takes. */
const FORMATS = {
  reg: {
    heading: "Windows registry, Chrome and Edge: save as tapi2ws.reg and import it, or use a GPO",
    write: registryFile,
  },
  chrome: {
    heading: "Chrome on Linux: /etc/opt/chrome/policies/managed/tapi2ws.json",
    write: (origins) => json(chromePolicies(origins)),
  },
  edge: {
    heading: "Edge on Linux: /etc/opt/edge/policies/managed/tapi2ws.json",
    write: (origins) => json(edgePolicies(origins)),
  },
  firefox: {
    heading: "Firefox: distribution\\policies.json in the folder of firefox.exe",
    write: (origins, server) => json({ policies: firefoxPolicies(origins, server) }),
  },
} satisfies Readonly<
  Record<string, {
    readonly heading: string;
    readonly write: (origins: readonly string[], server: string | undefined) => string;
  }>
>;

export const POLICY_FORMATS = Object.keys(FORMATS);

/**
 * List entries have numbers for names. An import must not replace entries of other lists, which begin
 * with 1.
 */
const FIRST_ENTRY = 43001;

interface Wanted {
  /** Origins of pages, as typed. */
  readonly origins: readonly string[];
  /** One of {@linkcode POLICY_FORMATS}; all, with headings, if left out. */
  readonly format?: string | undefined;
  /** The server's host name: Firefox asks for the access to it. */
  readonly server?: string | undefined;
}

/**
 * @returns The text to print.
 * @throws SettingsError
 */
export function policiesFor({ origins, format, server }: Wanted): string {
  if (origins.length === 0) {
    throw new SettingsError("Cannot use policies alone: expected --origin https://crm.example.com");
  }
  const pages = origins.map(originOf);
  if (server !== undefined && !/^[\w.:[\]-]+$/.test(server)) {
    throw new SettingsError(`Cannot use --server ${server}: expected a host name`);
  }
  if (format === undefined) {
    return Object.values(FORMATS).map(({ heading, write }) =>
      `# ${heading}\n\n${write(pages, server)}`
    ).join("\n");
  }
  if (!Object.hasOwn(FORMATS, format)) {
    const known = POLICY_FORMATS.join(", ");
    throw new SettingsError(`Cannot use --format ${format}: expected one of ${known}`);
  }
  return FORMATS[format as keyof typeof FORMATS].write(pages, server);
}

/** @throws SettingsError unless it is the origin of web pages. */
function originOf(text: string): string {
  const url = URL.parse(text);
  const isWeb = url !== null && /^https?:$/.test(url.protocol);
  if (!isWeb || url.href !== `${url.origin}/`) {
    throw new SettingsError(
      `Cannot use --origin ${text}: expected a scheme and a host, such as https://crm.example.com`,
    );
  }
  return url.origin;
}

/** The policies that Chrome and Edge have in common. */
function chromiumPolicies(origins: readonly string[]): Lists {
  const insecure = origins.filter((origin) => origin.startsWith("http:"));
  return {
    LocalNetworkAccessAllowedForUrls: origins,
    NotificationsAllowedForUrls: origins,
    ...insecure.length > 0 && { OverrideSecurityRestrictionsOnInsecureOrigin: insecure },
  };
}

function chromePolicies(origins: readonly string[]): Lists {
  return { ...chromiumPolicies(origins), TabDiscardingExceptions: hostsOf(origins) };
}

function edgePolicies(origins: readonly string[]): Lists {
  return { ...chromiumPolicies(origins), SleepingTabsBlockedForUrls: hostsOf(origins) };
}

function firefoxPolicies(origins: readonly string[], server: string | undefined): object {
  const insecure = hostsOf(origins.filter((origin) => origin.startsWith("http:")));
  const domains = [...hostsOf(origins), ...server === undefined ? [] : [server]];
  return {
    LocalNetworkAccess: { Enabled: true, SkipDomains: [...new Set(domains)] },
    Permissions: { Notifications: { Allow: origins } },
    Preferences: {
      "browser.tabs.unloadOnLowMemory": { Value: false, Status: "default" },
      ...insecure.length > 0 && {
        "dom.securecontext.allowlist": { Value: insecure.join(), Status: "default" },
      },
    },
  };
}

function hostsOf(origins: readonly string[]): string[] {
  return [...new Set(origins.map((origin) => new URL(origin).hostname))];
}

function registryFile(origins: readonly string[]): string {
  const keys = [
    ["Google\\Chrome", chromePolicies(origins)],
    ["Microsoft\\Edge", edgePolicies(origins)],
  ] as const;
  const sections = keys.flatMap(([product, lists]) =>
    Object.entries(lists).map(([name, values]) => [
      `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${product}\\${name}]`,
      ...values.map((value, i) => `"${FIRST_ENTRY + i}"="${value}"`),
      "",
    ])
  );
  return ["Windows Registry Editor Version 5.00", "", ...sections.flat()].join("\r\n");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
