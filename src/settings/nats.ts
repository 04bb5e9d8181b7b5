/** Several servers behind one address: what makes a server a site, or a gateway, of several. */
import { type Grant, numberPatterns, rights } from "./access_rules.ts";
import { setting, SettingsError, type ValueOf } from "./setting.ts";
import { extensionPatterns, listOf, path, text, wholeNumber } from "./value_types.ts";

/** The numbers of sites, which the numbers of calls begin with. */
const MOST_SITES = 4095;
/** Words that subjects have in the place of a site's name. */
const RESERVED = ["live", "event", "gateways"];

const SITE = "expected up to 32 lower-case letters, digits and hyphens, such as berlin";
const siteName = text("a name").refine((name) => /^[a-z0-9][a-z0-9-]{0,31}$/.test(name), SITE)
  .refine((name) => !RESERVED.includes(name), `expected none of ${RESERVED.join(", ")}`);

/** The rows of the settings table that make {@linkcode NatsSettings}. */
export const NATS_SETTINGS = {
  "nats.servers": setting<readonly string[] | undefined>({
    placeholder: "URL...",
    schema: listOf("addresses such as nats://10.0.0.5:4222"),
  }, {
    help: "NATS servers that connect sites and gateways, such as `tls://nats1.example.com:4222`",
    manual: "See [Several servers](several-servers.md)",
  }),
  "nats.site": setting<string | undefined>({ placeholder: "NAME", schema: siteName }, {
    help: "this server's name among the sites: its lines are `NAME/201` on gateways",
  }),
  "nats.number": setting<number | undefined>(wholeNumber(1, MOST_SITES), {
    help: "this site's number, which no other site has",
  }),
  "nats.ca": setting(path("a PEM file"), {
    help: "roots that the certificates of the NATS servers are checked against, PEM",
  }),
  "nats.nkey": setting(path("a file with a seed"), {
    help: "file with the seed of an nkey, to authenticate with",
  }),
  "nats.creds": setting(path("a credentials file"), {
    help: "file of credentials, to authenticate with instead",
  }),
  "nats.replicas": setting(wholeNumber(1, 5), {
    default: 1,
    help: "how many NATS servers keep each event: 3 in a cluster",
    manual: "Takes effect when the streams are created; later, change them with NATS' own tools",
  }),
  "nats.grant.can": setting<Grant["can"]>({ schema: rights }, {
    default: ["monitor"],
    help: 'what gateways may do at this site: `["monitor", "control"]` to take their commands',
  }),
  "nats.grant.lines": setting({ schema: extensionPatterns }, {
    default: ["*"],
    help: "lines of this site that gateways see, control and read the journal of",
  }),
  "nats.grant.dial.allow": setting({ schema: numberPatterns }, {
    help: "overrides `dial.allow` for gateways",
  }),
  "nats.grant.dial.deny": setting({ schema: numberPatterns }, {
    help: "overrides `dial.deny` for gateways",
  }),
};

type NatsValues = {
  readonly [K in keyof typeof NATS_SETTINGS]: ValueOf<(typeof NATS_SETTINGS)[K]>;
};

/** How a site or a gateway takes part. */
export interface NatsSettings {
  readonly servers: readonly string[];
  /** `undefined`, as its number: it is a gateway. */
  readonly site: string | undefined;
  readonly number: number | undefined;
  readonly replicas: number;
  readonly grant: Grant;
  /** The paths of files. */
  readonly ca: string | undefined;
  readonly nkey: string | undefined;
  readonly creds: string | undefined;
  /** Whether connections without TLS are refused. */
  readonly wantsTls: boolean;
  /** The contents of the file `ca`. */
  readonly roots: string | undefined;
  /** The contents of the file `creds` or `nkey`. */
  readonly credentials: { readonly creds: string } | { readonly nkey: string } | undefined;
}

/**
 * Puts them together; `undefined`: the server stands alone.
 *
 * @throws SettingsError
 */
export function natsOf(
  values: NatsValues,
  isGateway: boolean,
  readTextFile: (path: string) => string | undefined,
): NatsSettings | undefined {
  const servers = values["nats.servers"];
  const [site, number] = [values["nats.site"], values["nats.number"]];
  if (servers === undefined) {
    if (isGateway) throw new SettingsError('Cannot use provider = "nats" without nats.servers');
    const given = Object.entries({ "nats.site": site, "nats.number": number })
      .find(([, value]) => value !== undefined);
    if (given !== undefined) {
      throw new SettingsError(`Cannot use ${given[0]} without nats.servers`);
    }
    return undefined;
  }
  if (isGateway && (site !== undefined || number !== undefined)) {
    throw new SettingsError("Cannot use nats.site and nats.number on a gateway");
  }
  if (!isGateway && (site === undefined || number === undefined)) {
    throw new SettingsError("Cannot use nats.servers without nats.site and nats.number");
  }
  for (const url of servers) {
    if (!/^(?:nats|tls):\/\/[^\s/@]+$/.test(url) || !URL.canParse(url)) {
      throw new SettingsError(
        `Cannot use nats.servers = ${
          JSON.stringify(url)
        }: expected nats:// or tls://, and an address`,
      );
    }
  }
  const read = (key: "nats.ca" | "nats.nkey" | "nats.creds") => {
    const path = values[key];
    if (path === undefined) return undefined;
    const content = readTextFile(path);
    if (content === undefined) {
      throw new SettingsError(`Cannot use ${key} = ${JSON.stringify(path)}: there is no such file`);
    }
    return content;
  };
  const { "nats.ca": ca, "nats.nkey": nkey, "nats.creds": creds } = values;
  if (nkey !== undefined && creds !== undefined) {
    throw new SettingsError("Cannot use nats.nkey and nats.creds: expected one of them");
  }
  const [roots, seed, file] = [read("nats.ca"), read("nats.nkey"), read("nats.creds")];
  return {
    servers,
    site,
    number,
    replicas: values["nats.replicas"],
    grant: {
      can: values["nats.grant.can"],
      lines: values["nats.grant.lines"],
      dial: { allow: values["nats.grant.dial.allow"], deny: values["nats.grant.dial.deny"] },
    },
    ca,
    nkey,
    creds,
    wantsTls: ca !== undefined || servers.some((url) => url.startsWith("tls://")),
    roots,
    credentials: seed !== undefined
      ? { nkey: seed }
      : file !== undefined
      ? { creds: file }
      : undefined,
  };
}
