/**
 * Who may connect and what they may do. Tokens and secrets can be set in the file only, because flags
 * and variables show in the system's list of processes.
 */
import { z } from "zod";
import { EVERYBODYS_RIGHTS, type Right, RIGHTS } from "../model/right.ts";
import { matchesAny } from "../patterns.ts";
import { setting, type ValueOf } from "./setting.ts";
import { extensionPatterns, listOf, text, trueOrFalse } from "./value_types.ts";

/** Patterns of telephone numbers; `deny` wins over `allow`. */
export interface DialRules {
  /** Every number when left out. */
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

/** The rights of an identity. */
export interface Grant {
  readonly can: readonly Right[];
  /** Patterns of extensions. */
  readonly lines: readonly string[];
  /** Overrides the rules for everyone, key by key. */
  readonly dial?: DialRules | undefined;
}

/** An identity that is known by a token. */
export interface TokenRule extends Grant {
  readonly name: string;
  /** SHA-256 of the token, in hex. */
  readonly sha256: string;
  /** Milliseconds since 1970, UTC, from which on the token is invalid. */
  readonly expiresAtMs?: number | undefined;
}

/** Which signed tokens are accepted. */
export interface JwtRule {
  /** The secret of HS256 signatures, or the public keys of others as JWKS (JSON). */
  readonly key: { readonly secret: string } | { readonly jwks: string };
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** Every access rule; all of them can change while the program runs. */
export interface AccessRules {
  /** For requests without a token; `undefined`: they are refused. */
  readonly anonymous: Grant | undefined;
  readonly tokens: readonly TokenRule[];
  readonly jwt: JwtRule | undefined;
  /** For identities that have none of their own. */
  readonly dial: DialRules;
  /** Patterns of origins of web pages. */
  readonly allowOrigins: readonly string[];
  /** Whether pages from 100.64.0.0/10 count as pages of the intranet. */
  readonly allowSharedAddresses: boolean;
  /** Patterns of host names of the server. */
  readonly allowHosts: readonly string[];
  /** Patterns of addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
}

/** HS256 is as strong as its secret; RFC 7518 requires at least 256 bits. */
const LEAST_SECRET_CHARACTERS = 32;

const rightsError = `expected an array of ${RIGHTS.map((right) => `"${right}"`).join(" and ")}`;
/** Bytes of one's own can do whatever the driver can do: whoever sends them must be known. */
const NOT_FOR_STRANGERS = 'expected no "vendor": only a token can have it';
export const rights: z.ZodType<readonly Right[]> = z.array(z.enum(RIGHTS, { error: rightsError }), {
  error: rightsError,
});
export const numberPatterns: z.ZodType<readonly string[]> = listOf(
  "patterns of telephone numbers, such as 0*",
  0,
);

const dial = z.strictObject({
  allow: numberPatterns.optional(),
  deny: numberPatterns.optional(),
}, { error: "expected a table with allow and deny" });

const EXPIRY = "expected a date such as 2027-01-31 or 2027-01-31T18:00:00Z";
const expiry = z.union([z.date(), z.string().transform((text) => new Date(text))], {
  error: EXPIRY,
}).transform((date) => date.getTime()).pipe(z.int(EXPIRY));

const SHA256 = "expected 64 hex digits; tapi2ws token NAME prints them";
const token = z.strictObject({
  name: text("a name"),
  sha256: z.string({ error: SHA256 }).toLowerCase().regex(/^[0-9a-f]{64}$/, SHA256),
  can: rights.default(["monitor"]),
  lines: extensionPatterns,
  expires: expiry.optional(),
  dial: dial.optional(),
}, { error: "expected a table [[token]]" }).transform(({ expires, ...rest }): TokenRule => ({
  ...rest,
  expiresAtMs: expires,
}));

const tokens = z.array(token, { error: "expected tables [[token]]" }).superRefine((list, issue) => {
  for (const key of ["name", "sha256"] as const) {
    const taken = new Set<string>();
    for (const [index, rule] of list.entries()) {
      if (taken.has(rule[key])) {
        const message = `another token has the same ${key}`;
        issue.addIssue({ code: "custom", path: [index, key], message });
      }
      taken.add(rule[key]);
    }
  }
});

/** The rows of the settings table that make {@linkcode AccessRules}. */
export const ACCESS_SETTINGS = {
  allowOrigins: setting({
    placeholder: "ORIGIN...",
    schema: listOf("origins such as https://crm.example.com"),
  }, {
    default: [],
    help: "web pages from outside the intranet that can connect, such as https://*.example.com",
    manual: "See [Security](security.md)",
    live: true,
  }),
  allowSharedAddresses: setting(trueOrFalse, {
    default: false,
    help: "whether pages from 100.64.0.0/10, as in Tailscale networks, count as the intranet's",
    manual: "Providers share these addresses among their customers",
    live: true,
  }),
  allowHosts: setting({
    placeholder: "NAME...",
    schema: listOf("names such as phones.example.com, without a port"),
  }, {
    default: [],
    help: "public host names of the server, such as phones.example.com",
    live: true,
  }),
  trustProxy: setting({
    placeholder: "ADDRESS...",
    schema: listOf("addresses such as 127.0.0.1 or 10.0.0.*"),
  }, {
    default: [],
    help: "reverse proxies whose X-Forwarded-For is believed",
    live: true,
  }),
  anonymous: setting({
    schema: z.literal(false, { error: "expected false, or a table [anonymous]" }),
  }, { help: "`false` refuses clients without a token", live: true }),
  "anonymous.can": setting<Grant["can"]>({
    schema: rights.refine((can) => !can.includes("vendor"), NOT_FOR_STRANGERS),
  }, {
    help: "rights of clients without a token",
    defaultText: "`monitor`, `control` without a table `[anonymous]`, else `monitor`",
    live: true,
  }),
  "anonymous.lines": setting({ schema: extensionPatterns }, {
    default: ["*"],
    help: "lines of clients without a token",
    live: true,
  }),
  "anonymous.dial.allow": setting({ schema: numberPatterns }, {
    help: "overrides `dial.allow` for clients without a token",
    live: true,
  }),
  "anonymous.dial.deny": setting({ schema: numberPatterns }, {
    help: "overrides `dial.deny` for clients without a token",
    live: true,
  }),
  token: setting<readonly TokenRule[]>({ schema: tokens }, {
    default: [],
    help: "tables `[[token]]`, one for each token",
    manual: "Keys: `name`, `sha256`, `can`, `lines`, `expires`, `dial`",
    secret: true,
    live: true,
  }),
  "dial.allow": setting({ schema: numberPatterns }, {
    defaultText: "every number",
    help: "patterns of the numbers that can be dialled",
    live: true,
  }),
  "dial.deny": setting({ schema: numberPatterns }, {
    help: "patterns of numbers that cannot be dialled; overrides `dial.allow`",
    live: true,
  }),
  "jwt.secret": setting({
    schema: text(
      `a secret of at least ${LEAST_SECRET_CHARACTERS} characters`,
      LEAST_SECRET_CHARACTERS,
    ),
  }, { help: "secret of JSON Web Tokens signed with HS256", secret: true, live: true }),
  "jwt.jwks": setting({ schema: text("the path of a JWKS file"), isPath: true }, {
    help: "file with the public keys of JSON Web Tokens (JWKS), instead of `jwt.secret`",
    secret: true,
    live: true,
  }),
  "jwt.issuer": setting({ schema: text("an issuer") }, {
    help: "required issuer (`iss`) of JSON Web Tokens",
    secret: true,
    live: true,
  }),
  "jwt.audience": setting({ schema: text("an audience") }, {
    help: "required audience (`aud`) of JSON Web Tokens",
    secret: true,
    live: true,
  }),
};

type AccessValues = {
  readonly [K in keyof typeof ACCESS_SETTINGS]: ValueOf<(typeof ACCESS_SETTINGS)[K]>;
};

/**
 * Puts the rules together. On a gateway, nobody controls anything without a token unless it is granted.
 *
 * @param given The keys that have been set. Whoever writes a table `[anonymous]` restricts it: what it
 * does not grant is not granted.
 * @param jwks The text of the file `jwt.jwks`.
 */
export function accessRulesOf(
  values: AccessValues & { readonly provider?: string },
  given: Iterable<string>,
  jwks: string | undefined,
): AccessRules {
  // A gateway has the lines of a whole company.
  const isRestricted = values.provider === "nats" ||
    [...given].some((key) => key.startsWith("anonymous."));
  const { allowOrigins, allowSharedAddresses, allowHosts, trustProxy } = values;
  const secret = values["jwt.secret"];
  const key = jwks !== undefined ? { jwks } : secret !== undefined ? { secret } : undefined;
  return {
    anonymous: values.anonymous === false ? undefined : {
      can: values["anonymous.can"] ?? (isRestricted ? ["monitor"] : EVERYBODYS_RIGHTS),
      lines: values["anonymous.lines"],
      dial: { allow: values["anonymous.dial.allow"], deny: values["anonymous.dial.deny"] },
    },
    tokens: values.token,
    jwt: key && { key, issuer: values["jwt.issuer"], audience: values["jwt.audience"] },
    dial: { allow: values["dial.allow"], deny: values["dial.deny"] },
    allowOrigins,
    allowSharedAddresses,
    allowHosts,
    trustProxy,
  };
}

/**
 * The rights that everyone has by new rules and did not have before, for the log. Rules that differ in
 * patterns count as wider where a pattern was added to what is allowed, or taken from what is denied.
 */
export function widenings(before: AccessRules, after: AccessRules): string[] {
  // A pattern that another one covers adds nothing: its own `*` falls within the other's.
  const added = (from: readonly string[] = [], to: readonly string[] = []) =>
    to.filter((item) => !matchesAny(from, item)).join(", ");
  const grants: readonly (readonly [what: string, added: string])[] = [
    ["rights without a token", added(before.anonymous?.can, after.anonymous?.can)],
    ["lines without a token", added(before.anonymous?.lines, after.anonymous?.lines)],
    ["origins of pages", added(before.allowOrigins, after.allowOrigins)],
    [
      "pages from 100.64.0.0/10",
      after.allowSharedAddresses && !before.allowSharedAddresses ? "allowed" : "",
    ],
    ["names of the server", added(before.allowHosts, after.allowHosts)],
    ["trusted proxies", added(before.trustProxy, after.trustProxy)],
    ["numbers not denied any more", added(after.dial.deny, before.dial.deny)],
    ["numbers allowed", allowedMore(before.dial.allow, after.dial.allow)],
    [
      "numbers not denied any more without a token",
      after.anonymous === undefined
        ? ""
        : added(after.anonymous.dial?.deny, before.anonymous?.dial?.deny),
    ],
    [
      "numbers allowed without a token",
      after.anonymous === undefined || before.anonymous === undefined
        ? ""
        : allowedMore(before.anonymous.dial?.allow, after.anonymous.dial?.allow),
    ],
  ];
  return grants.flatMap(([what, items]) => items === "" ? [] : [`${what}: ${items}`]);
}

/** Without a list every number is allowed. */
function allowedMore(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): string {
  if (before === undefined) return "";
  if (after === undefined) return "every one";
  return after.filter((pattern) => !before.includes(pattern)).join(", ");
}
