/**
 * The table of settings, in the order in which they are shown. Flags, variables, the keys of the file,
 * defaults, help, the manual's table and the types of values are made from it.
 */
import { LINE_TYPES } from "../model/line.ts";
import { FAKE_DRIVERS } from "../model/simulation.ts";
import { ACCESS_SETTINGS } from "./access_rules.ts";
import { NUMBER_SETTINGS } from "./number_rules.ts";
import { DIRECTORY_SETTINGS } from "./directory.ts";
import { NATS_SETTINGS } from "./nats.ts";
import { type Setting, setting, SettingsError, type ValueOf } from "./setting.ts";
import {
  extensionPatterns,
  oneOf,
  path,
  placeholders,
  text,
  trueOrFalse,
  wholeNumber,
} from "./value_types.ts";

/** Where calls come from, and where clients connect. */
export const GENERAL_SETTINGS = {
  provider: setting(oneOf("tapi32", "fake", "nats"), {
    default: ({ os }) => {
      if (os === "windows") return "tapi32" as const;
      throw new SettingsError(
        "TAPI is available on Windows only: expected --provider fake, the built-in exchange",
      );
    },
    defaultText: "`tapi32` on Windows",
    help: "phone system to use: Windows' TAPI, the built-in exchange, or other servers",
    manual: "Required on other systems. `nats` makes a gateway",
  }),
  tapiLibrary: setting(path("a library"), {
    default: ({ tapiLibrary }) => tapiLibrary,
    defaultText: "Windows' own",
    help: "TAPI library to open",
    manual: "On Windows, no other than `tapi32.dll` of `System32` is opened",
  }),
  host: setting({ placeholder: "ADDRESS", schema: text("an address") }, {
    default: "0.0.0.0",
    help: "address to listen on; `0.0.0.0` means all",
  }),
  port: setting(wholeNumber(0, 65535), {
    default: 43001,
    help: "port to listen on; 0 selects a free one",
    manual: "The log names it",
  }),
  lineType: setting(oneOf(...LINE_TYPES), {
    default: "number",
    help: 'whether clients get `"line":201` or `"line":"201"`',
  }),
  lines: setting({ placeholder: "PATTERN...", schema: extensionPatterns }, {
    default: [],
    defaultText: "every voice line",
    help: "extensions to open, such as `201 2*`",
    manual: 'In the file: `lines = ["201", "2*"]`',
  }),
  groups: setting({ placeholder: "PATTERN...", schema: extensionPatterns }, {
    default: [],
    defaultText: "the lines that the driver marks",
    help: "extensions of hunt groups, such as `110 6*`",
    manual: "A call that a member of the group answers does not count as missed",
  }),
  vendorFeatures: setting(trueOrFalse, {
    default: true,
    help: "whether telephones' settings are read and changed by a vendor's own means",
    manual: "As of Avaya IP Office",
  }),
  maxUnsentBytes: setting(wholeNumber(1024, 1 << 30), {
    default: 4 * 1024 * 1024,
    help: "maximum number of unsent bytes per client; a slower client is closed with 4410",
  }),
  historyLength: setting(wholeNumber(0, 10_000_000), {
    default: 10_000,
    help: "events kept for clients that reconnect and ask for what they missed",
  }),
  clientTimeoutSeconds: setting(wholeNumber(1, 3600), {
    default: 30,
    help: "how long a client can leave pings unanswered before it is closed",
  }),
  replyTimeoutSeconds: setting(wholeNumber(1, 600), {
    default: 10,
    help: "how long a command waits for the phone system's answer",
  }),
  journal: setting(trueOrFalse, {
    default: true,
    help: "whether finished calls are kept",
    manual: "See [Journal](journal.md)",
  }),
};

/** Settings that the file keeps in tables. */
const TABLES = {
  ...NATS_SETTINGS,
  "placeholders.withheld": setting(placeholders, {
    default: [
      "anonymous",
      "private",
      "p",
      "withheld",
      "restricted",
      "sip:anonymous@anonymous.invalid",
    ],
    help: "texts that drivers put in place of a number that the caller withholds",
  }),
  "placeholders.unavailable": setting(placeholders, {
    default: ["unknown", "unavailable", "o"],
    help: "texts that drivers put in place of a number that is not known",
  }),
  "journal.file": setting(path("a file"), {
    default: ({ dataFile }) => dataFile("tapi2ws-journal.sqlite") ?? ":memory:",
    defaultText: "`tapi2ws-journal.sqlite` beside the settings",
    help: "file for finished calls",
    manual: "When run from the sources, they are kept in memory",
  }),
  "journal.days": setting(wholeNumber(1, 36_500), {
    default: 90,
    help: "days that finished calls are kept",
  }),
  "tls.cert": setting(path("a PEM file"), {
    help: "certificate with its intermediates, PEM: the port serves https and wss",
    live: true,
  }),
  "tls.key": setting(path("a PEM file"), {
    help: "private key of the certificate, PEM, without a password",
    live: true,
  }),
  "limits.connections": setting(wholeNumber(1, 1_000_000), {
    default: 20_000,
    help: "maximum number of connections; more are refused with status 429",
  }),
  "limits.connectionsPerAddress": setting(wholeNumber(1, 1_000_000), {
    default: 5000,
    help: "maximum number of connections per address",
  }),
  "limits.commandsPerSecond": setting(wholeNumber(1, 1_000_000), {
    default: 200,
    help: "sustained messages per second per client; bursts of up to twice that",
  }),
  "limits.messageBytes": setting(wholeNumber(256, 64 * 1024 * 1024), {
    default: 64 * 1024,
    help: "maximum length of a message; the sender of a longer one is closed with 1009",
  }),
  "limits.requestSeconds": setting(wholeNumber(1, 3600), {
    default: 20,
    help: "how long a request, a TLS handshake or a token can take to arrive",
  }),
  "limits.guard": setting(trueOrFalse, {
    default: false,
    help: "limits what one connection can use, even where clients need no token",
    manual: "See [Limits](security.md#limits)",
  }),
  "audit.file": setting(path("a file"), {
    defaultText: "the log",
    help: "file for one JSON line per command",
    manual: "Rotated at 10 MiB; ten files are kept",
  }),
  "fake.extensions": setting(wholeNumber(1, 5000), {
    default: 8,
    help: "extensions of the built-in exchange, from 201 on",
  }),
  "fake.rate": setting(wholeNumber(0, 100_000), {
    default: 12,
    help: "calls per minute of the built-in exchange; 0: only those that clients dial",
  }),
  "fake.seed": setting(wholeNumber(0, 0xffffffff), {
    defaultText: "random",
    help: "seed of the built-in exchange's random calls; the same seed repeats them",
  }),
  "fake.driver": setting(oneOf(...FAKE_DRIVERS), {
    default: "tapi",
    help: "driver that the built-in exchange pretends to be",
    manual: "A scenario may name another for each phone",
  }),
  "fake.scenario": setting(path("a scenario file", "FILE"), {
    help: "script of the built-in exchange's calls, instead of random ones",
  }),
  "log.level": setting(oneOf("debug", "info", "warning", "error"), {
    default: "info",
    help: "lowest level of log lines",
  }),
  "log.format": setting(oneOf("text", "json"), {
    default: "text",
    help: "format of log lines, on standard error and in the file",
    manual: "`json` has the values of `message` in `properties`",
  }),
  "log.file": setting<string | undefined>(path("a file"), {
    default: ({ isInstalled, dataFile }) => isInstalled ? dataFile("tapi2ws.log") : undefined,
    defaultText: "installed as a service, `tapi2ws.log` beside the settings; otherwise none",
    help: "file for log lines as well",
    manual: "Rotated at 10 MiB; ten files are kept",
  }),
  "log.maskNumbers": setting(trueOrFalse, {
    default: true,
    help: "whether log and audit mask phone numbers except for the last three digits",
  }),
};

export const SETTINGS = {
  ...GENERAL_SETTINGS,
  ...TABLES,
  ...NUMBER_SETTINGS,
  ...DIRECTORY_SETTINGS,
  ...ACCESS_SETTINGS,
};

/** A key of the settings file: `log.file`. */
export type Key = keyof typeof SETTINGS;

/** The value of every setting, by key. */
export type Values = { readonly [K in Key]: ValueOf<(typeof SETTINGS)[K]> };

/** The rows, where their types do not matter. */
export const ROWS = Object.entries(SETTINGS) as readonly (readonly [Key, Setting])[];
