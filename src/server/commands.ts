/**
 * The one way by which clients' commands reach the telephone system, whatever the dialect: whether the
 * client may, what came of it, and a line about both for those who have to know who did what.
 */
import type { CommandPort, MetricsPort, StatePort } from "../bus/ports.ts";
import type { Command, CommandResult } from "../model/command.ts";
import { logger, maskNumber } from "../log.ts";
import { refusal } from "./access/permissions.ts";
import { numberOf } from "./access/dial_rules.ts";
import type { Identity } from "./access/identity.ts";

const audit = logger("audit");

/** Who gives a command. */
export interface Commander {
  readonly identity: Identity;
  readonly address: string;
}

/** Carries a command out where the commander may give it. Never rejects. */
export async function carryOut(
  command: Command,
  { identity, address }: Commander,
  { state, commands, metrics }: {
    readonly state: StatePort;
    readonly commands: CommandPort;
    readonly metrics?: MetricsPort | undefined;
  },
): Promise<CommandResult> {
  // Asked before: afterwards the call may be gone.
  const line = lineOf(command, state);
  const error = refusal(identity, state, command);
  const result: CommandResult = error === undefined
    ? await commands.execute(command)
    : { ok: false, error };
  metrics?.answered(command.cmd, result.ok ? "ok" : result.error.code);
  const number = numberOf(command);
  audit.info(
    number === undefined
      ? "{identity} at {address}: {cmd} on line {line}: {result}"
      : "{identity} at {address}: {cmd} on line {line} to {number}: {result}",
    {
      identity: identity.name,
      address,
      cmd: command.cmd,
      line,
      ...number !== undefined && { number: maskNumber(number) },
      result: result.ok ? "done" : result.error.code,
      ...!result.ok && { message: result.error.message },
    },
  );
  return result;
}

/** The line that is meant; what is none may be anybody's telephone number. */
function lineOf(command: Command, state: StatePort): string {
  if ("call" in command) return state.call(command.call)?.line ?? "";
  const { line } = command;
  return state.lines().some((known) => known.line === line) ? line : maskNumber(line);
}
