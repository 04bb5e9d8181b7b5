/**
 * What an administrator rules about who may connect and what they may do: the keys of it, which stand
 * in the file only, because flags and variables show in the system's list of processes.
 */
import { z } from "zod";
import { listOf, type Option, PATTERNS, someText } from "./options.ts";

/** Patterns of telephone numbers; what is denied is denied also where it is allowed. */
export interface DialRules {
  /** Every number when left out. */
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

/** What someone may do. */
export interface Grant {
  readonly can: readonly ("monitor" | "control")[];
  /** Patterns of extensions. */
  readonly lines: readonly string[];
  /** Stands in for the rules for everyone, key by key. */
  readonly dial?: DialRules | undefined;
}

/** Someone who is known by a token. */
export interface TokenRule extends Grant {
  readonly name: string;
  /** SHA-256 of the token, in hex. */
  readonly sha256: string;
  /** Milliseconds since 1970, UTC, from which on the token is none. */
  readonly expiresAtMs?: number | undefined;
}

/** Whose signed tokens are taken. */
export interface JwtRule {
  /** What HS256 signatures are made with, or the public keys of others as JWKS (JSON). */
  readonly key: { readonly secret: string } | { readonly jwks: string };
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** Everything that is ruled, and can be ruled anew while the program runs. */
export interface AccessRules {
  /** Who brings no token; `undefined`: nobody may. */
  readonly anonymous: Grant | undefined;
  readonly tokens: readonly TokenRule[];
  readonly jwt: JwtRule | undefined;
  /** For everyone who has none of their own. */
  readonly dial: DialRules;
  /** Patterns of origins of web pages. */
  readonly allowOrigins: readonly string[];
  /** Patterns of names under which the server may be asked for. */
  readonly allowHosts: readonly string[];
  /** Patterns of the addresses of proxies that tell the client's. */
  readonly trustProxy: readonly string[];
}

const RIGHTS = 'expected an array of "monitor" and "control"';
const NUMBERS = "expected patterns of telephone numbers, such as 0*";
const EXPIRY = "expected a date such as 2027-01-31 or 2027-01-31T18:00:00Z";
const SHA256 = "expected 64 hex digits; tapi2ws token NAME makes them";
/** HS256 is as strong as its secret, which RFC 7518 wants to have 256 bits at least. */
const LEAST_SECRET_CHARACTERS = 32;
const SECRET = `expected a secret of at least ${LEAST_SECRET_CHARACTERS} characters`;

const rights = z.array(z.enum(["monitor", "control"], { error: RIGHTS }), { error: RIGHTS });
const numbers = listOf(NUMBERS, 0);
const dial = z.strictObject({ allow: numbers.optional(), deny: numbers.optional() }, {
  error: "expected a table with allow and deny",
});
const expiry = z.union([z.date(), z.string().transform((text) => new Date(text))], {
  error: EXPIRY,
}).transform((date) => date.getTime()).pipe(z.int(EXPIRY));

const token = z.strictObject({
  name: someText("expected a name"),
  sha256: z.string({ error: SHA256 }).toLowerCase().regex(/^[0-9a-f]{64}$/, SHA256),
  can: rights.default(["monitor"]),
  lines: listOf(PATTERNS),
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
        issue.addIssue({
          code: "custom",
          path: [index, key],
          message: "expected another one each",
        });
      }
      taken.add(rule[key]);
    }
  }
});

/** The keys, in the order in which README has them. */
export const RULE_OPTIONS: readonly Pick<Option, "key" | "schema" | "secret">[] = [
  {
    key: "anonymous",
    schema: z.literal(false, { error: "expected false, or a table [anonymous]" }),
  },
  { key: "anonymous.can", schema: rights },
  { key: "anonymous.lines", schema: listOf(PATTERNS) },
  { key: "anonymous.dial.allow", schema: numbers },
  { key: "anonymous.dial.deny", schema: numbers },
  { key: "token", schema: tokens },
  { key: "dial.allow", schema: numbers },
  { key: "dial.deny", schema: numbers },
  {
    key: "jwt.secret",
    schema: z.string({ error: SECRET }).min(LEAST_SECRET_CHARACTERS, SECRET),
    secret: true,
  },
  { key: "jwt.jwks", schema: someText("expected the path of a JWKS file") },
  { key: "jwt.issuer", schema: someText("expected an issuer") },
  { key: "jwt.audience", schema: someText("expected an audience") },
];

/** Without any setting everyone on the intranet may do everything, as classic has it. */
const EVERYTHING: Grant = { can: ["monitor", "control"], lines: ["*"] };

/** Puts the rules together from the settings by key. @param jwks The text of the JWKS file. */
export function rulesOf(get: (key: string) => unknown, jwks: string | undefined): AccessRules {
  const list = (key: string) => get(key) as readonly string[] | undefined;
  const text = (key: string) => get(key) as string | undefined;
  const secret = text("jwt.secret");
  const key = jwks !== undefined ? { jwks } : secret !== undefined ? { secret } : undefined;
  return {
    anonymous: get("anonymous") === false ? undefined : {
      can: (list("anonymous.can") as Grant["can"] | undefined) ?? EVERYTHING.can,
      lines: list("anonymous.lines") ?? EVERYTHING.lines,
      dial: { allow: list("anonymous.dial.allow"), deny: list("anonymous.dial.deny") },
    },
    tokens: (get("token") as readonly TokenRule[] | undefined) ?? [],
    jwt: key && { key, issuer: text("jwt.issuer"), audience: text("jwt.audience") },
    dial: { allow: list("dial.allow"), deny: list("dial.deny") },
    allowOrigins: list("allowOrigins") ?? [],
    allowHosts: list("allowHosts") ?? [],
    trustProxy: list("trustProxy") ?? [],
  };
}
