/** The one way of a client's command to the phone system, whatever the dialect: permit, execute, audit. */
import type {
  CommandPort,
  DirectoryReader,
  MetricsPort,
  NumberPort,
  StatePort,
} from "../bus/ports.ts";
import { logger, maskNumber } from "../log.ts";
import {
  type Command,
  type CommandResult,
  fieldsOf,
  type WrittenCommand,
} from "../model/command.ts";
import { type Identity, isUnauthenticated, permits } from "./access/identity.ts";
import { lineNamed, refusal } from "./access/permissions.ts";
import { asDialled } from "./dialling.ts";
import type { Strangers } from "./access/strangers.ts";
import { hostOf } from "./net/connected_clients.ts";

const audit = logger("audit");

/** The client that gives a command. */
export interface Sender {
  readonly identity: Identity;
  readonly address: string;
}

export interface CommandContext {
  readonly state: StatePort;
  readonly commands: CommandPort;
  readonly numbers: NumberPort;
  /** `undefined`: there is no directory. */
  readonly names?: DirectoryReader | undefined;
  readonly metrics?: MetricsPort | undefined;
  readonly strangers: Strangers;
}

/** Executes a command if the sender is permitted to give it. Never rejects. */
export async function execute(
  written: WrittenCommand,
  { identity, address }: Sender,
  { state, commands, numbers, metrics, strangers }: CommandContext,
): Promise<CommandResult> {
  const dialling = asDialled(written, numbers);
  const { command } = dialling;
  // Described before: afterwards the call may be gone.
  const target = describeTarget(command, state);
  // Checks the number that will be dialled, so that no spelling is a way round the rules.
  const error = refusal(identity, { state, commands, numbers }, dialling);
  const result: CommandResult = error === undefined
    ? await commands.execute(granted(identity, command), { identity: identity.name, address })
    : { ok: false, error };
  metrics?.answered(command.cmd, result.ok ? "ok" : result.error.code);
  // The audit is about identities: anybody could fill it otherwise.
  if (isUnauthenticated(identity)) {
    strangers.refused("command", hostOf(address));
    return result;
  }
  const reason = result.ok ? "" : ", {message}";
  audit.info(`{identity} at {address}: {cmd}${target.text}: {result}${reason}`, {
    identity: identity.name,
    address,
    cmd: command.cmd,
    ...target.values,
    result: result.ok ? "done" : result.error.code,
    ...!result.ok && { message: result.error.message },
  });
  return result;
}

/** The command with what the identity's rights add to it. */
function granted(identity: Identity, command: Command): Command {
  if (command.cmd !== "pickup" || command.from === undefined) return command;
  return { ...command, redirect: permits(identity, "control", command.from) };
}

/** Where a number of a command is not where it leads to. */
const NUMBER_TEXTS: Readonly<Record<string, string>> = {
  from: " from {from}",
  group: " of group {group}",
  slot: " in slot {slot}",
  user: " for {user}",
  code: " with code {code}",
  extension: " of {extension}",
};

/** Kinds of fields that are not named in the audit log: they may be secret. */
const UNNAMED: ReadonlySet<string> = new Set(["digits", "bytes"]);

/** The call, line and numbers of a command, for the audit log. It never has the digits of `dtmf`. */
function describeTarget(
  command: Command,
  state: StatePort,
): { readonly text: string; readonly values: object } {
  const call = "call" in command ? command.call : undefined;
  const line = "line" in command ? lineOf(command.line, state) : state.call(command.call)?.line;
  const numbers: Record<string, string> = {};
  for (const [{ kind }, text, name] of fieldsOf(command)) {
    if (typeof kind === "string" && !UNNAMED.has(kind)) numbers[name] = maskNumber(text);
  }
  return {
    text: (call === undefined ? "" : " of call {call}") +
      (line === undefined ? "" : " on line {line}") +
      Object.keys(numbers).map((name) => NUMBER_TEXTS[name] ?? ` to {${name}}`).join(""),
    values: {
      line: line ?? "",
      ...call !== undefined && { call },
      ...numbers,
    },
  };
}

/** Unknown lines are masked: they may be telephone numbers. */
function lineOf(line: string, state: StatePort): string {
  return lineNamed(state, line) === undefined ? maskNumber(line) : line;
}
