/** The command line: the command, its operand and the values of flags; the text of `--help`. */
import { parseArgs } from "node:util";
import { VERSION } from "../program.ts";
import { ROWS } from "../settings/schema.ts";
import { defaultTextOf, flagNameOf, isList, SettingsError } from "../settings/setting.ts";
import { type Flags, readSettings, type SettingsSources } from "../settings/settings.ts";
import { type CommandName, COMMANDS } from "./commands.ts";
import type { Invocation, Outcome } from "./invocation.ts";

export interface CommandLine {
  readonly command: CommandName;
  /** The word after the command. */
  readonly operand: string | undefined;
  readonly flags: Flags;
}

/** The settings that have a flag, by its name. */
const FLAGS = new Map(
  ROWS.flatMap(([key, row]) =>
    row.placeholder === undefined ? [] : [[flagNameOf(key), row] as const]
  ),
);
const WITH_VALUE = [
  "config",
  ...FLAGS.keys(),
  ...Object.values(COMMANDS).flatMap(({ options = [], lists = [] }) => [...options, ...lists]),
];
const LISTS = [
  ...[...FLAGS].flatMap(([name, row]) => isList(row) ? [name] : []),
  ...Object.values(COMMANDS).flatMap(({ lists = [] }) => lists),
];
/** Flags without a value. */
const SWITCHES = ["help", "version", ...Object.values(COMMANDS).flatMap((row) => row.switches)];

/**
 * Executes the command that the arguments name.
 *
 * @throws SettingsError, LibraryError or ListenError
 */
export async function execute(
  args: readonly string[],
  sources: SettingsSources,
  surroundings: Pick<Invocation, "lifecycle" | "windows">,
): Promise<Outcome> {
  const { command, operand = "", flags } = readCommandLine(args);
  if (flags.has("help")) return { text: helpText(), exitCode: 0 };
  if (flags.has("version")) return { text: `tapi2ws ${VERSION}`, exitCode: 0 };
  return await COMMANDS[command].execute({
    operand,
    flags,
    readSettings: (before) => readSettings(flags, sources, before),
    ...surroundings,
  });
}

/** @throws SettingsError */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(WITH_VALUE.map((name) => [name, { type: "string" }] as const)),
      ...Object.fromEntries(SWITCHES.map((name) => [name, { type: "boolean" }] as const)),
      help: { type: "boolean", short: "h" },
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
      if (LISTS.includes(lastName)) flags.get(lastName)?.push(value);
      else if (index === 0 && isCommand(value)) command = value;
      else if (COMMANDS[command].operand && operand === undefined && lastName === "") {
        operand = value;
      } else throw new SettingsError(`Cannot use "${value}": expected an option; see --help`);
      continue;
    }
    if (token.kind !== "option") {
      throw new SettingsError('Cannot use "--": expected an option; see --help');
    }
    const { name, rawName, value } = token;
    const takesValue = WITH_VALUE.includes(name);
    if (!takesValue && !SWITCHES.includes(name)) {
      throw new SettingsError(`Cannot use ${rawName}: expected an option; see --help`);
    }
    if (takesValue && (value === undefined || (value.startsWith("--") && !token.inlineValue))) {
      throw new SettingsError(`Cannot use ${rawName}: expected a value after it`);
    }
    const values = flags.get(name);
    if (values === undefined) flags.set(name, value === undefined ? [] : [value]);
    else if (LISTS.includes(name) && value !== undefined) values.push(value);
    else throw new SettingsError(`Cannot use ${rawName} twice: expected it once`);
    lastName = name;
  }
  if (!flags.has("help")) checkUse(command, operand, flags);
  return { command, operand, flags };
}

/** @throws SettingsError when the command lacks its operand, or does not take a flag. */
function checkUse(command: CommandName, operand: string | undefined, flags: Flags): void {
  const takers = (name: string) =>
    Object.entries(COMMANDS).flatMap(([command, row]) =>
      [...row.switches, ...row.options ?? [], ...row.lists ?? []].includes(name) ? [command] : []
    );
  for (const name of flags.keys()) {
    const commands = takers(name);
    if (commands.length === 0 || commands.includes(command)) continue;
    throw new SettingsError(`Cannot use --${name} here: expected it with ${commands.join(" or ")}`);
  }
  const expected = COMMANDS[command].operand;
  if (expected !== undefined && operand === undefined) {
    throw new SettingsError(`Cannot use ${command} alone: expected ${expected}`);
  }
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The text of `--help`. */
export function helpText(): string {
  const options = [...FLAGS].map(([name, row]) => {
    const standard = defaultTextOf(row);
    const help = standard === undefined ? row.help : `${row.help} (default: ${standard})`;
    return [`--${name} ${row.placeholder}`, help.replaceAll("`", "")] as const;
  });
  return `Tapi2Ws: phone calls as JSON over WebSocket

Usage: tapi2ws [command] [options]

Commands:
${columns(Object.values(COMMANDS).map(({ usage, help }) => [usage, help]))}

Options:
${
    columns([
      ...options,
      [
        "--config FILE",
        "settings file, TOML (default: tapi2ws.toml beside the executable; of the installed one, in C:\\ProgramData\\Tapi2Ws)",
      ],
      ["--version, --help", ""],
    ])
  }

Each option is also an environment variable (--log-file: TAPI2WS_LOG_FILE) and a key of the settings
file (--line-type: lineType; --log-file: file in the table [log]). Flags override variables,
variables override the file. Access rules ([anonymous], [[token]], [jwt], [dial]) can be set in the
file only.

The running program serves its manual at http://SERVER:43001/manual/.
`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length)) + 2;
  return rows.map(([first, second]) => `  ${first.padEnd(width)}${second}`.trimEnd()).join("\n");
}
