/** What stands behind the program's name: the command, its flags with their values, and the help. */
import { parseArgs } from "node:util";
import { ConfigError, flagOf, OPTIONS, words } from "../settings/options.ts";

/** What the program can do besides serving, and what `--help` says of it. */
const COMMANDS = {
  token: ["token NAME", "makes a token, and prints it with what to put into the file"],
  doctor: ["doctor [--json]", "checks settings, library, lines, port, certificate and rights"],
  lines: ["lines [--json]", "lists the lines"],
} as const;

/** `run`: it serves. */
export type CommandName = "run" | keyof typeof COMMANDS;

export interface CommandLine {
  readonly command: CommandName;
  /** What stands behind the command: the name of a token. */
  readonly operand: string | undefined;
  /** By name, without `--`; several values with `--lines 201 202`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** Flags that take no value. */
const SWITCHES = ["help", "version", "json"];

/** @throws ConfigError */
export function readCommandLine(args: readonly string[]): CommandLine {
  const names = ["config", ...OPTIONS.map(({ key }) => words(key))];
  const lists = OPTIONS.filter(({ list }) => list).map(({ key }) => words(key));
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: "string" }] as const)),
      help: { type: "boolean", short: "h" },
      version: { type: "boolean" },
      json: { type: "boolean" },
    },
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, string[]>();
  let command: CommandName = "run";
  let operand: string | undefined;
  let lastName = "";
  for (const token of tokens) {
    if (token.kind === "positional") {
      const { value, index } = token;
      if (lists.includes(lastName)) flags.get(lastName)?.push(value);
      else if (index === 0 && isCommand(value)) command = value;
      else if (command === "token" && operand === undefined && lastName === "") operand = value;
      else {
        throw new ConfigError(`Cannot use "${value}": expected an option; --help lists them`);
      }
      continue;
    }
    if (token.kind !== "option") {
      throw new ConfigError('Cannot use "--": expected an option; --help lists them');
    }
    const { name, rawName, value } = token;
    const takesValue = names.includes(name);
    if (!takesValue && !SWITCHES.includes(name)) {
      throw new ConfigError(`Cannot use ${rawName}: expected an option; --help lists them`);
    }
    if (takesValue && (value === undefined || (value.startsWith("--") && !token.inlineValue))) {
      throw new ConfigError(`Cannot use ${rawName}: expected a value behind it`);
    }
    const values = flags.get(name);
    if (values === undefined) flags.set(name, value === undefined ? [] : [value]);
    else if (lists.includes(name) && value !== undefined) values.push(value);
    else throw new ConfigError(`Cannot use ${rawName} twice: expected it once`);
    lastName = name;
  }
  if (flags.has("json") && command !== "doctor" && command !== "lines") {
    throw new ConfigError("Cannot use --json here: expected it with doctor or lines");
  }
  if (command === "token" && operand === undefined && !flags.has("help")) {
    throw new ConfigError("Cannot make a token: expected a name for it, as in tapi2ws token crm");
  }
  return { command, operand, flags };
}

function isCommand(word: string): word is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, word);
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = [
    ...OPTIONS.map(({ key, value, help }) => [`${flagOf(key)} ${value}`, help] as const),
    ["--config FILE", "a TOML file of settings (default: tapi2ws.toml beside the program)"],
    ["--version, --help", ""],
  ] as const;
  const width = Math.max(...rows.map(([usage]) => usage.length)) + 2;
  const table = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([usage, help]) => `  ${usage.padEnd(width)}${help}`.trimEnd()).join("\n");
  return `Tapi2Ws: telephone calls as JSON over WebSocket

Usage: tapi2ws [command] [options]

Without a command it serves. The commands:
${table(Object.values(COMMANDS))}

The options:
${table(rows)}

Each option is also an environment variable (--log-file: TAPI2WS_LOG_FILE) and a key of the file
(--log-file: file in the table [log]; --line-type: lineType). Flags win over variables, variables
over the file. Who may do what ([anonymous], [[token]], [jwt], [dial]) stands in the file only.
`;
}
