/** `tapi2ws doctor --report FILE`: a report for support, without phone numbers and names. */
import type { Settings } from "../settings/settings.ts";
import { type Finding, lineOf } from "./findings.ts";

/** How many lines of the log are included. */
export const LOG_LINES = 300;

/** The contents of a report. */
export interface ReportParts {
  readonly at: Date;
  readonly findings: readonly Finding[];
  /** `undefined` when they cannot be used. */
  readonly settings: Settings | undefined;
  /** The end of the log; "" when there is none. */
  readonly log: string;
  /** The name of this machine. */
  readonly host: string;
}

export function reportOf({ at, findings, settings, log, host }: ReportParts): string {
  const sections = [
    ["Checks", withoutNumbers(findings.map(lineOf).join("\n"))],
    ["Settings", settings === undefined ? "The settings cannot be used." : settingsText(settings)],
    ["Log", log === "" ? "There is no log file." : withoutNumbers(log)],
  ];
  const text = sections.map(([name, content]) => `== ${name}\n\n${content}\n`).join("\n");
  return `Tapi2Ws report of ${at.toISOString()}
Phone numbers and names are masked. Check it before you send it.

${withoutNames(text, namesIn(settings, host))}`;
}

/** The settings in effect, by key; access rules only in numbers. */
function settingsText(
  { tls, rules, nats, files: _, directory: { source: sources, ...directory }, links, ...others }:
    Settings,
): string {
  const settings = { ...others, directory };
  const values: [key: string, value: unknown][] = Object.entries(settings).flatMap(
    ([key, value]: [string, unknown]) => {
      const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
      return isTable
        ? Object.entries(value).map(([name, part]): [string, unknown] => [`${key}.${name}`, part])
        : [[key, value]];
    },
  );
  values.push(
    ["directory.source", sources.map(({ type }) => type)],
    ["link", links.length],
    ["tls", tls === undefined ? "off" : "on"],
    ["nats", nats === undefined ? "off" : nats.site === undefined ? "gateway" : "site"],
    ["anonymous", rules.anonymous?.can ?? false],
    ["tokens", rules.tokens.length],
    ["jwt", rules.jwt === undefined ? "off" : "on"],
  );
  return values.map(([key, value]) => `${key} = ${JSON.stringify(value) ?? "none"}`).join("\n");
}

/** Names to mask, and their replacements. */
function namesIn(settings: Settings | undefined, host: string): ReadonlyMap<string, string> {
  const names = new Map([[host, "SERVER"]]);
  const { tokens = [], allowHosts = [], allowOrigins = [] } = settings?.rules ?? {};
  for (const [i, { name }] of tokens.entries()) names.set(name, `token-${i + 1}`);
  for (const [i, name] of allowHosts.entries()) names.set(name, `host-${i + 1}`);
  for (const [i, name] of allowOrigins.entries()) names.set(name, `origin-${i + 1}`);
  return names;
}

/** At least six digits, with the separators of phone numbers; not in times, addresses and versions. */
const PHONE_NUMBER = /(?<![\d.:\-T])\+?\d(?:[ ()/]?\d){5,}(?![\d.:]|-\d)/g;
/** The identity of a client in a log line. */
const IDENTITY = /(?<=\bClient )\S.*?(?= at [\d[])/g;
/** User names in Windows paths. */
const USER_FOLDER = /(?<=\\Users\\)[^\\"\n]+/gi;
/** Accounts other than those of Windows. */
const ACCOUNT = /(?<=\bas )(?!NT (?:SERVICE|AUTHORITY)\\|LocalSystem)\S+/g;
const NAMES_OF_CERTIFICATE = /(?<=^\w+ +certificate: for ).*(?=, the key fits)/gm;

function withoutNumbers(text: string): string {
  return text.replaceAll(PHONE_NUMBER, (number) => {
    const digits = number.replace(/\D/g, "").length;
    let seen = 0;
    return number.replace(/\d/g, (digit) => ++seen > digits - 3 ? digit : "*");
  });
}

function withoutNames(text: string, names: ReadonlyMap<string, string>): string {
  let result = text;
  for (const pattern of [IDENTITY, USER_FOLDER, ACCOUNT, NAMES_OF_CERTIFICATE]) {
    result = result.replaceAll(pattern, "***");
  }
  for (const [name, instead] of names) if (name !== "") result = result.replaceAll(name, instead);
  return result;
}
