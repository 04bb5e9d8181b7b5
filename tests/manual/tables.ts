/**
 * The manual's tables that are made from the program's own. A page has each between two comments,
 * `<!-- table NAME -->` and `<!-- end of table -->`; `deno task manual` writes them anew.
 */
import { createFakeTapi } from "../../src/fake/library.ts";
import { SPECIAL_NUMBERS } from "../../src/fake/exchange/dial_plan.ts";
import { catalogue } from "../../src/metrics/catalogue.ts";
import { newCounts } from "../../src/metrics/counts.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { ADVICE } from "../../src/model/advice.ts";
import type { CALL_STATES, PartyRole } from "../../src/model/call.ts";
import { CLOSE } from "../../src/model/close_code.ts";
import { COMMANDS, type CommandShape, type Field, isDialling } from "../../src/model/command.ts";
import { ERRORS } from "../../src/model/error.ts";
import { EXTENSION_SETTINGS } from "../../src/model/extension_setting.ts";
import type { CallResult } from "../../src/model/journal.ts";
import { jsonSchema } from "../../src/server/v2/schema.ts";
import { ROWS } from "../../src/settings/schema.ts";
import { defaultTextOf, flagNameOf } from "../../src/settings/setting.ts";
import { WORKING_STATUS } from "../support/server.ts";

/** A table's cells as Markdown: the heads of its columns first. */
type Table = readonly (readonly string[])[];

/** TAPI's call states, in the order in which an incoming and an outgoing call usually have them. */
const STATES: Readonly<Record<typeof CALL_STATES[number], string>> = {
  OFFERING: "an incoming call rings",
  ACCEPTED: "a ringing call was accepted by a program or phone, and still rings",
  DIALTONE: "the phone is off the hook; no digit has been dialled",
  DIALING: "digits are being dialled",
  PROCEEDING: "the number is complete, and the phone system is setting up the call",
  RINGBACK: "the called phone rings",
  BUSY: "the called phone is busy",
  SPECIALINFO: "the network plays an announcement, such as for a number that does not exist",
  CONNECTED: "the call is connected; with `stateMode` `INACTIVE`, at another phone of the line",
  ONHOLD: "the call is on hold",
  ONHOLDPENDTRANSFER: "the call is on hold while its transfer is prepared",
  ONHOLDPENDCONF: "the call is on hold while a conference is prepared",
  CONFERENCED: "the call is part of a conference",
  DISCONNECTED: "the other party or the network has ended the call",
  UNKNOWN: "the driver does not know the state",
  IDLE: "the call has ended: always its last state",
};

/** How the fake exchange's own numbers behave. */
const NUMBERS: Readonly<Record<keyof typeof SPECIAL_NUMBERS, string>> = {
  busy: "is busy",
  refused: "is refused: `tapi_error` with `LINEERR_CALLUNAVAIL`",
  neverAnswers: "rings and never answers",
  unobtainable: "cannot be reached: the call goes to `SPECIALINFO`",
  invalid: "is invalid: `tapi_error` with `LINEERR_INVALADDRESS` at once",
  neverReplies: "never gets an answer from the driver: the command ends with `timeout`",
};

const RESULTS: Readonly<Record<CallResult, string>> = {
  answered: "the call was connected at this line",
  missed: "an incoming call that nobody answered",
  unanswered: "an outgoing call, or one of unknown direction, that nobody answered",
  elsewhere:
    "the call was answered at another phone or by a member of the hunt group, or forwarded",
  refused: "the called party or the phone system rejected the call",
  busy: "the called party was busy",
  failed: "the phone system reported that the call could not be completed",
  lost: "the line was lost before the call ended, so the result is unknown",
};

/** The symptoms to which the advice on a line's status, or on a hang, belongs. */
const SEEN: Readonly<Record<string, string>> = {
  closed: "`closed`: the log reports `Line … was closed by its provider`",
  failed: "`failed`, with an error that is not in this table",
  out_of_service: "`out_of_service`: the log reports `Line … is out of service`",
  hanging: "`hanging`: the log reports `… has not returned for 5 s`",
};

/** Every table, by its name. */
export const TABLES: Readonly<Record<string, () => Table>> = {
  settings: () => [
    ["key in the file", "flag", "default", "meaning"],
    ...ROWS.map(([key, row]) => {
      const { placeholder, help, manual, live } = row;
      const flag = placeholder === undefined ? "" : code(`--${flagNameOf(key)} ${placeholder}`);
      const meaning = [help, ...manual === undefined ? [] : [manual]].join(". ");
      return [code(key), flag, defaultTextOf(row) ?? "none", `${meaning}${live ? " ↻" : ""}`];
    }),
  ],
  extension: () => [
    ["key", "on the options page", "default", "meaning"],
    ...Object.entries(EXTENSION_SETTINGS).map(([key, { label, default: initial, help }]) => [
      code(key),
      label,
      String(initial) || "empty",
      help,
    ]),
  ],
  errors: () => [
    ["code", "HTTP status", "meaning"],
    ...Object.entries(ERRORS).map((
      [name, { httpStatus, meaning }],
    ) => [code(name), String(httpStatus), meaning]),
  ],
  "close-codes": () => [
    ["close code", "meaning"],
    ...Object.values(CLOSE).map(({ code: number, meaning }) => [code(String(number)), meaning]),
  ],
  states: () => [
    ["state", "meaning"],
    ...Object.entries(STATES).map(([state, meaning]) => [code(state), meaning]),
  ],
  commands: () => [
    ["`cmd`", "fields", "result", "description"],
    ...Object.entries(COMMANDS).map(commandRow),
  ],
  call: () => fieldTable("Call"),
  line: () => fieldTable("Line"),
  metrics: () => [["metric", "meaning"], ...metricRows()],
  numbers: () => [
    ["number", "what happens"],
    ...Object.entries(NUMBERS).map(([key, text]) => [
      code(SPECIAL_NUMBERS[key as keyof typeof SPECIAL_NUMBERS]),
      text,
    ]),
  ],
  scenarios: () => [
    ["name", "what happens"],
    ...createFakeTapi().simulation.scenarios.map((
      { name, description },
    ) => [code(name), description]),
  ],
  results: () => [
    ["`result`", "meaning"],
    ...Object.entries(RESULTS).map(([result, meaning]) => [code(result), meaning]),
  ],
  advice: () => [
    ["error or status", "what to do"],
    ...Object.entries(ADVICE).map(([key, advice]) => [SEEN[key] ?? code(key), advice]),
  ],
};

function commandRow([cmd, command]: [string, CommandShape]): string[] {
  const { target, fields, result, help } = command;
  const about = target === "call" ? "`call` or `line`" : "`line`";
  const own = Object.entries(fields).map(fieldText);
  if (isDialling(command)) own.push("`raw` (optional)");
  const answer = result.length === 0 ? "`{}`" : code(`{${result.map((it) => `"${it}"`).join()}}`);
  return [code(cmd), [about, ...own].join("; "), answer, help];
}

function fieldText([name, { kind, optional, nullable }]: [string, Field]): string {
  const values = typeof kind === "string" ? [] : kind.map((word) => code(word));
  const notes = [
    ...values.length > 0 ? [values.join(", ")] : [],
    ...nullable ? ["or `null` for off"] : [],
    ...optional ? ["optional"] : [],
  ];
  return notes.length === 0 ? code(name) : `${code(name)} (${notes.join("; ")})`;
}

/** The roles of the parties, which share one schema. */
const PARTIES: Readonly<Record<PartyRole, string>> = {
  caller: "Who calls",
  called: "Who was called",
  connected: "Who was reached",
  redirecting: "Who sent the call here",
  redirection: "Where the call was sent",
};

/** As far as the schema of v2 goes. */
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly type?: string;
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The members of an object of the protocol. */
function fieldTable(name: string): Table {
  const { $defs } = jsonSchema() as { readonly $defs: Readonly<Record<string, Schema>> };
  const { properties = {}, required = [] } = $defs[name] ?? {};
  return [
    ["key", "value", "description"],
    ...Object.entries(properties).map(([key, schema]) => {
      const optional = required.includes(key) ? "" : ", optional";
      const description = schema.description ?? PARTIES[key as PartyRole];
      return [code(key), typeText(schema) + optional, description];
    }),
  ];
}

function typeText({ $ref, enum: words, type, format, anyOf, items, properties }: Schema): string {
  if ($ref !== undefined) return "a party";
  if (words !== undefined) return words.map(code).join(", ");
  if (anyOf !== undefined) return anyOf.map(typeText).join(" or ");
  if (items !== undefined) {
    const { enum: choices } = items;
    return choices === undefined ? `array: ${typeText(items)}` : "array of names of commands";
  }
  if (properties !== undefined) {
    return code(`{${Object.keys(properties).map((name) => `"${name}"`).join(", ")}}`);
  }
  return format === "date-time" ? "time" : type === "null" ? "`null`" : type ?? "any";
}

/** The metrics, in the order in which they are sent; those with buckets are not in the catalogue. */
function metricRows(): string[][] {
  const sources = {
    version: "",
    runtimeVersion: "",
    status: () => WORKING_STATUS,
    load: () => ({ clients: { classic: 0, v2: 0, sse: 0 }, unsentBytes: 0 }),
    journal: () => undefined,
    process: () => ({ residentBytes: 0, heapUsedBytes: 0, cpuSeconds: 0 }),
    nowMs: () => 0,
  };
  const labels = new Map(
    catalogue(newCounts(), sources, 0).map(({ name, labels }) => [name, labels]),
  );
  const { text } = new Metrics(sources).exposition();
  return [...text.matchAll(/^# HELP (\S+) (.+)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name = "", help = "", type]) => {
      const its = labels.get(name) ?? [];
      const braced = its.length === 0 ? "" : `{${its.join(", ")}}`;
      return [code(name + braced), type === "histogram" ? `${help}; a histogram` : help];
    },
  );
}

function code(text: string): string {
  return `\`${text}\``;
}

const PLACE = /<!-- table (\S+) -->[\s\S]*?<!-- end of table -->/g;

/** The names of the tables that a page has. */
export function tablesOf(page: string): string[] {
  return [...page.matchAll(PLACE)].map(([, name = ""]) => name);
}

/**
 * The page with its tables made anew.
 *
 * @throws Error when there is no table of a name.
 */
export function withTables(page: string): string {
  return page.replaceAll(PLACE, (_, name: string) => {
    const make = TABLES[name];
    if (make === undefined) throw new Error(`There is no table ${name}`);
    return `<!-- table ${name} -->\n\n${markdownOf(make())}\n\n<!-- end of table -->`;
  });
}

/** The table as the formatter writes it: columns as wide as their widest cell. */
function markdownOf(table: Table): string {
  const rows = table.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => [...row[at] ?? ""].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - [...cell].length)).join(" | ")
    } |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
