/**
 * Which web pages may use the server, and by which of its names: decided from the headers of a request,
 * by pure functions.
 *
 * A browser names the page's origin truthfully, so pages of the web can be distinguished from pages of
 * the intranet. It also names the host that the page asked for: a public name may have been made to
 * point here (DNS rebinding).
 */
import { BlockList, isIP } from "node:net";
import { matchesAny } from "../../patterns.ts";

/** Permitted by the administrator, beyond what is always permitted. */
export interface OriginRules {
  /** Patterns of origins, such as `https://*.example.com`; `null` stands for itself. */
  readonly allowOrigins: readonly string[];
  /** Whether pages from 100.64.0.0/10 count as pages of the intranet. */
  readonly allowSharedAddresses: boolean;
  /** Patterns of host names. */
  readonly allowHosts: readonly string[];
  /** The machine's own names. */
  readonly ownNames: readonly string[];
}

/** Where a request says it comes from, and which host it asks for. */
export interface Provenance {
  /** The URL as the runtime has it: from the Host header, or from the request's first line. */
  readonly url: string;
  /** The header, or `null` if there is none. */
  readonly host: string | null;
  /** The header, or `null` if there is none: then the sender is not a page. */
  readonly origin: string | null;
}

export type Verdict =
  | { readonly allowed: true }
  | {
    readonly allowed: false;
    /** The setting that would permit it; left out if none can. */
    readonly key?: "allowOrigins" | "allowHosts";
    /** The origin or host that is refused. */
    readonly value: string;
  };

const ALLOWED: Verdict = { allowed: true };

/** Zones that are not in the public DNS, or are reserved for private use. */
const PRIVATE_ZONES = /\.(?:local|lan|internal|intranet|corp|home|home\.arpa|localhost)$/;
/** Origins of browser extensions. */
const EXTENSION = /^(?:chrome-extension|moz-extension|safari-web-extension):\/\/[a-z0-9-]+$/i;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;

const PRIVATE_ADDRESSES = new BlockList();
for (
  const [network, bits] of [
    ["127.0.0.0", 8],
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["169.254.0.0", 16],
  ] as const
) PRIVATE_ADDRESSES.addSubnet(network, bits, "ipv4");
PRIVATE_ADDRESSES.addAddress("::1", "ipv6");
PRIVATE_ADDRESSES.addSubnet("fc00::", 7, "ipv6");
PRIVATE_ADDRESSES.addSubnet("fe80::", 10, "ipv6");

export function provenanceOf({ url, headers }: Pick<Request, "url" | "headers">): Provenance {
  return { url, host: headers.get("host"), origin: headers.get("origin") };
}

/** RFC 6598: of providers' customers, and of private networks such as Tailscale's. */
const SHARED_ADDRESSES = new BlockList();
SHARED_ADDRESSES.addSubnet("100.64.0.0", 10, "ipv4");

/** Whether a request may be answered at all. */
export function judge({ url, host, origin }: Provenance, rules: OriginRules): Verdict {
  // They differ if the first line has a whole URL, which wins over the header.
  for (const name of [host, hostOf(url)]) {
    if (name !== null && !isOwnHost(name, rules)) {
      return { allowed: false, ...isHost(name) && { key: "allowHosts" as const }, value: name };
    }
  }
  if (origin === null || isAllowedOrigin(origin, rules)) return ALLOWED;
  // A page that the server itself has served, under the host name of this request.
  const site = originOf(origin);
  if (site !== undefined && site.host === (host ?? hostOf(url)).toLowerCase()) return ALLOWED;
  return { allowed: false, key: "allowOrigins", value: origin };
}

/** Whether this may be a name of the server, with or without a port. */
function isOwnHost(host: string, { allowHosts, ownNames }: OriginRules): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  if (isIP(bare(name)) !== 0 || isIntranetName(name)) return true;
  return matchesAny([...ownNames, ...allowHosts].map((text) => text.toLowerCase()), dotless(name));
}

function isAllowedOrigin(
  origin: string,
  { allowOrigins, allowSharedAddresses }: OriginRules,
): boolean {
  const patterns = allowOrigins.map((text) => text.toLowerCase().replace(/\/$/, ""));
  if (origin === "null") return patterns.includes("null");
  if (EXTENSION.test(origin)) return true;
  const url = originOf(origin);
  if (url === undefined) return false;
  const { hostname } = url;
  if (isIP(bare(hostname)) === 0 ? isIntranetName(hostname) : isPrivateAddress(bare(hostname))) {
    return true;
  }
  if (allowSharedAddresses && isIP(hostname) === 4 && SHARED_ADDRESSES.check(hostname)) return true;
  return matchesAny(patterns, origin);
}

/** The origin of a web page, exactly as browsers write it: no path, no user. */
function originOf(origin: string): URL | undefined {
  const url = URL.parse(origin);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  return url.origin === origin ? url : undefined;
}

function isPrivateAddress(address: string): boolean {
  return PRIVATE_ADDRESSES.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Whether a name can only be one of a private network: one label, or in a zone for private use. */
function isIntranetName(name: string): boolean {
  if (!dotless(name).split(".").every((label) => LABEL.test(label))) return false;
  // With a dot at its end, a single label is a top-level domain of the public DNS.
  return name.includes(".") ? PRIVATE_ZONES.test(dotless(name)) : true;
}

/** The part of a URL between scheme and path. */
function hostOf(url: string): string {
  return url.match(/^[a-z]+:\/\/([^/?#]*)/i)?.[1] ?? "";
}

function isHost(host: string): boolean {
  return nameOf(host) !== undefined;
}

/**
 * The name or address in `name:port`, lower-case, as a URL has it: an address in any spelling becomes
 * the usual one. `undefined` if it is neither.
 */
function nameOf(host: string): string | undefined {
  if (!/^[^\s/\\?#@]+$/.test(host)) return undefined;
  const name = URL.parse(`http://${host}/`)?.hostname;
  return name === "" ? undefined : name;
}

/** An IPv6 address without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Without the dot that ends an absolute name. */
function dotless(name: string): string {
  return name.replace(/\.$/, "");
}
