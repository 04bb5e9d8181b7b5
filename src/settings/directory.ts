/**
 * Where names of callers come from, and the links of calls. Sources can be set in the file only, because
 * they have secrets.
 */
import { z } from "zod";
import { LINK_MOMENTS, LINK_PLACEHOLDERS, LINK_SCHEMES, type LinkRule } from "../model/link.ts";
import { setting } from "./setting.ts";
import { extensionPatterns, listOf, text, wholeNumber } from "./value_types.ts";

/** Where the members of an entry are: columns, paths in JSON, or attributes. */
export interface EntryFields {
  readonly name: string;
  readonly company: string;
  readonly url: string;
  readonly id: string;
}

export interface CsvSourceSettings {
  readonly type: "csv";
  readonly name: string;
  readonly file: string;
  /** The one that the first line has most often when left out. */
  readonly delimiter?: string | undefined;
  readonly fields: EntryFields & { readonly number: readonly string[] };
}

export interface HttpSourceSettings {
  readonly type: "http";
  readonly name: string;
  /** With placeholders in its path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `results`: where the array of entries is, "" for the whole answer. */
  readonly fields: EntryFields & { readonly results: string };
  /** The path of a PEM file. */
  readonly ca?: string | undefined;
}

export interface LdapSourceSettings {
  readonly type: "ldap";
  readonly name: string;
  readonly url: string;
  readonly startTls: boolean;
  readonly bindDn?: string | undefined;
  readonly password?: string | undefined;
  readonly base: string;
  /** Which entries count, besides having the number. */
  readonly filter: string;
  readonly fields: EntryFields & { readonly number: readonly string[] };
  /** The path of a PEM file. */
  readonly ca?: string | undefined;
}

export type SourceSettings = CsvSourceSettings | HttpSourceSettings | LdapSourceSettings;

/** The table `[directory]`. */
export interface DirectorySettings {
  readonly source: readonly SourceSettings[];
  readonly timeoutMs: number;
  readonly atOnce: number;
  readonly hitSeconds: number;
  readonly missSeconds: number;
  readonly entries: number;
  readonly pauseSeconds: number;
}

/** The placeholders of a source's URL. */
const URL_PLACEHOLDERS = ["{e164}", "{digits}", "{number}"];

const sourceName = z.string({ error: "expected a name" }).regex(
  /^[\w-]{1,40}$/,
  "expected a name of up to 40 letters, digits, - and _",
);
const fieldName = (standard: string) => text("a field").default(standard);
const fieldNames = (...standard: string[]) => listOf("fields such as Phone").default(standard);
/** A table whose keys have defaults may be left out. */
const tableOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: `expected a table with ${Object.keys(shape).join(", ")}` })
    .prefault({} as never);

const csv = z.strictObject({
  type: z.literal("csv"),
  name: sourceName,
  file: text("the path of a CSV file"),
  delimiter: z.string().length(1, "expected one character").optional(),
  fields: tableOf({
    number: fieldNames("number"),
    name: fieldName("name"),
    company: fieldName("company"),
    url: fieldName("url"),
    id: fieldName("id"),
  }),
});

const HTTP_URL = `expected an http or https URL with ${URL_PLACEHOLDERS.join(", ")} ` +
  "in its path or query";
const http = z.strictObject({
  type: z.literal("http"),
  name: sourceName,
  url: z.string({ error: HTTP_URL }).refine(
    (url) => isTemplate(url, ["http", "https"], URL_PLACEHOLDERS),
    HTTP_URL,
  ),
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\x20-\x7e]*$/), {
    error: "expected a table of header fields",
  }).default({}),
  fields: tableOf({
    results: z.string({ error: "expected a path" }).default(""),
    name: fieldName("name"),
    company: fieldName("company"),
    url: fieldName("url"),
    id: fieldName("id"),
  }),
  ca: text("the path of a PEM file").optional(),
});

const LDAP_URL = "expected a URL such as ldaps://dc.example.com";
const ldap = z.strictObject({
  type: z.literal("ldap"),
  name: sourceName,
  url: z.string({ error: LDAP_URL }).regex(/^ldaps?:\/\/[^/?#@]+\/?$/, LDAP_URL),
  startTls: z.boolean({ error: "expected true or false" }).default(false),
  bindDn: text("a distinguished name, or user@domain").optional(),
  password: text("a password").optional(),
  base: text("a distinguished name"),
  filter: z.string({ error: "expected an LDAP filter" }).regex(
    /^\(.+\)$/,
    "expected an LDAP filter such as (objectClass=person)",
  ).default("(objectClass=*)"),
  fields: tableOf({
    number: fieldNames("telephoneNumber", "mobile"),
    name: fieldName("cn"),
    company: fieldName("company"),
    url: fieldName("wWWHomePage"),
    id: fieldName("sAMAccountName"),
  }),
  ca: text("the path of a PEM file").optional(),
}).refine(({ bindDn, password }) => (bindDn === undefined) === (password === undefined), {
  // A server takes a name without a password for nobody, and agrees.
  error: "expected bindDn and password together",
});

const SOURCE_TYPES = 'expected "csv", "http" or "ldap"';
const sources = z.array(z.discriminatedUnion("type", [csv, http, ldap], { error: SOURCE_TYPES }), {
  error: "expected tables [[directory.source]]",
}).superRefine((list, issue) => {
  for (const [index, { name }] of list.entries()) {
    if (list.findIndex((other) => other.name === name) === index) continue;
    const message = "another source has the same name";
    issue.addIssue({ code: "custom", path: [index, "name"], message });
  }
});

const LINK_URL = `expected a URL that begins with ${LINK_SCHEMES.join(", ")}, and has ` +
  `placeholders of ${LINK_PLACEHOLDERS.join(", ")} after its host only`;
const links = z.array(
  z.strictObject({
    name: text("a name"),
    url: z.string({ error: LINK_URL }).refine(
      (url) => isTemplate(url, LINK_SCHEMES, LINK_PLACEHOLDERS),
      LINK_URL,
    ),
    on: z.enum(LINK_MOMENTS, {
      error: `expected ${LINK_MOMENTS.map((on) => `"${on}"`).join(", ")}`,
    }).default("demand"),
    lines: extensionPatterns.default(["*"]),
  }, { error: "expected a table [[link]]" }),
  { error: "expected tables [[link]]" },
).superRefine((list, issue) => {
  for (const [index, { name }] of list.entries()) {
    if (list.findIndex((other) => other.name === name) === index) continue;
    const message = "another link has the same name";
    issue.addIssue({ code: "custom", path: [index, "name"], message });
  }
});

/** Whether it is a URL of these schemes whose placeholders are known, and cannot change its host. */
function isTemplate(
  template: string,
  schemes: readonly string[],
  placeholders: readonly string[],
): boolean {
  const used = template.match(/\{[^}]*\}?/g) ?? [];
  if (!used.every((placeholder) => placeholders.includes(placeholder))) return false;
  const url = URL.parse(template.replaceAll(/[{}]/g, ""));
  if (url === null || !schemes.includes(url.protocol.slice(0, -1))) return false;
  if (!template.startsWith(url.protocol)) return false;
  const isWeb = url.protocol.startsWith("http");
  return !isWeb || /^https?:\/\/[^/?#{}\\@]+[/?#]/.test(`${template}/`);
}

/** The rows of the settings table. */
export const DIRECTORY_SETTINGS = {
  "directory.timeoutMs": setting(wholeNumber(50, 60_000), {
    default: 3000,
    help: "milliseconds that one source has to answer",
    live: true,
  }),
  "directory.atOnce": setting(wholeNumber(1, 100), {
    default: 4,
    help: "numbers that are looked up at the same time",
    live: true,
  }),
  "directory.hitSeconds": setting(wholeNumber(0, 604_800), {
    default: 3600,
    help: "seconds that the owner of a number is remembered",
    live: true,
  }),
  "directory.missSeconds": setting(wholeNumber(0, 604_800), {
    default: 300,
    help: "seconds that a number without an owner is remembered",
    live: true,
  }),
  "directory.entries": setting(wholeNumber(0, 1_000_000), {
    default: 10_000,
    help: "maximum number of remembered results",
    live: true,
  }),
  "directory.pauseSeconds": setting(wholeNumber(1, 86_400), {
    default: 30,
    help: "seconds that a source is left alone after three failures in a row",
    live: true,
  }),
  "directory.source": setting<readonly SourceSettings[]>({ schema: sources }, {
    default: [],
    help: "tables `[[directory.source]]`: where names of callers come from, in order",
    manual: "See [Directory](directory.md)",
    secret: true,
    live: true,
  }),
  link: setting<readonly LinkRule[]>({ schema: links }, {
    default: [],
    help: "tables `[[link]]`: pages to open for a call",
    manual: "See [Directory](directory.md#links)",
    live: true,
  }),
};
