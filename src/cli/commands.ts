/** The table of commands: how each is written, its line of help, and the function that executes it. */
import { diagnose } from "./doctor.ts";
import type { Invocation, Outcome } from "./invocation.ts";
import { listLines } from "./lines.ts";
import { describeNumber } from "./number.ts";
import { policiesFor, POLICY_FORMATS } from "./policies.ts";
import { run } from "./run.ts";
import { executeService, SERVICE_VERBS } from "./service.ts";
import { newToken } from "./token.ts";

/** One row. */
export interface Command {
  readonly usage: string;
  readonly help: string;
  /** Flags without a value that only some commands take, by name without `--`. */
  readonly switches: readonly string[];
  /** Flags with a value that only some commands take. */
  readonly options?: readonly string[];
  /** Flags with one value or several that only some commands take. */
  readonly lists?: readonly string[];
  /** The word that has to follow the command, in an error message. */
  readonly operand?: string;
  readonly execute: (invocation: Invocation) => Outcome | Promise<Outcome>;
}

export type CommandName = "run" | "service" | "doctor" | "lines" | "number" | "token" | "policies";

export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  run: {
    usage: "run",
    help: "serves clients; the default",
    switches: [],
    execute: async ({ readSettings, lifecycle }) => {
      await run(readSettings, lifecycle);
      return { exitCode: 0 };
    },
  },
  service: {
    usage: `service ${SERVICE_VERBS.join("|")}`,
    help: "installs and controls the Windows service; install takes --account NAME",
    switches: [],
    options: ["account"],
    operand: "a subcommand, as in tapi2ws service install",
    execute: executeService,
  },
  doctor: {
    usage: "doctor [--json] [--report FILE]",
    help: "checks everything the server needs; --report writes a report for support",
    switches: ["json"],
    options: ["report"],
    execute: async ({ readSettings, windows, flags }) => {
      const { text, healthy } = await diagnose({
        readSettings,
        windows,
        json: flags.has("json"),
        report: flags.get("report")?.[0],
      });
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
  number: {
    usage: "number TEXT [--json]",
    help: "shows what becomes of a phone number, step by step",
    switches: ["json"],
    operand: 'a number, as in tapi2ws number "030 123456"',
    execute: async ({ operand, readSettings, flags }) => ({
      text: await describeNumber(operand, readSettings(), flags.has("json")),
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
  policies: {
    usage: `policies --origin ORIGIN... [--format ${POLICY_FORMATS.join("|")}] [--server HOST]`,
    help: "prints browser policies for the pages of these origins",
    switches: [],
    options: ["format", "server"],
    lists: ["origin"],
    execute: ({ flags }) => ({
      text: policiesFor({
        origins: flags.get("origin") ?? [],
        format: flags.get("format")?.[0],
        server: flags.get("server")?.[0],
      }),
      exitCode: 0,
    }),
  },
};
