/** The table of commands: how each is written, its line of help, and the function that executes it. */
import type { Flags, Settings } from "../settings/settings.ts";
import { diagnose } from "./doctor.ts";
import { listLines } from "./lines.ts";
import { run } from "./run.ts";
import { newToken } from "./token.ts";

/** What a command is executed with. */
export interface Invocation {
  /** The word after the command; "" for commands that take none. */
  readonly operand: string;
  readonly flags: Flags;
  /** Reads the settings, again with every call. @throws SettingsError */
  readonly readSettings: () => Settings;
  /** Resolves with the reason to stop, such as a signal's name. */
  readonly stopped: () => Promise<string>;
}

/** How a command ended. */
export interface Outcome {
  /** For standard output. */
  readonly text?: string;
  readonly exitCode: 0 | 1;
}

/** One row. */
export interface Command {
  readonly usage: string;
  readonly help: string;
  /** Flags without a value that only some commands take, by name without `--`. */
  readonly switches: readonly string[];
  /** The word that has to follow the command, in an error message. */
  readonly operand?: string;
  readonly execute: (invocation: Invocation) => Outcome | Promise<Outcome>;
}

export type CommandName = "run" | "doctor" | "lines" | "token";

export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  run: {
    usage: "run",
    help: "serves clients; the default",
    switches: [],
    execute: async ({ readSettings, stopped }) => {
      await run(readSettings, stopped);
      return { exitCode: 0 };
    },
  },
  doctor: {
    usage: "doctor [--json]",
    help: "checks settings, library, drivers, lines, port, certificate and access",
    switches: ["json"],
    execute: async ({ readSettings, flags }) => {
      const { text, healthy } = await diagnose(readSettings, flags.has("json"));
      return { text, exitCode: healthy ? 0 : 1 };
    },
  },
  lines: {
    usage: "lines [--json]",
    help: "lists the lines",
    switches: ["json"],
    execute: async ({ readSettings, flags }) => ({
      text: await listLines(readSettings(), flags.has("json")),
      exitCode: 0,
    }),
  },
  token: {
    usage: "token NAME",
    help: "makes a token and prints it with its table for the settings file",
    switches: [],
    operand: "a name for the token, as in tapi2ws token crm",
    execute: ({ operand }) => ({ text: newToken(operand), exitCode: 0 }),
  },
};
