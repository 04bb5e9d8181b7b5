/** What an identity sees of the state, and why it may not give a command. Pure. */
import type { StatePort } from "../../bus/ports.ts";
import { type Command, COMMANDS, type CommandShape, fieldsOf } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import { type Matcher, matcherOf } from "../../patterns.ts";
import { dialRefusal } from "./dial_rules.ts";
import { type Identity, isUnauthenticated, permits, permitsEverywhere } from "./identity.ts";

export const TOKEN_NEEDED: CommandError = { code: "unauthorized", message: "A token is needed" };
const UNKNOWN_LINE: CommandError = { code: "unknown_line", message: "There is no such line" };
const OTHERS_CALLS: CommandError = {
  code: "not_permitted",
  message: "This can take calls of lines that you may not control: name the line with from",
};
const UNKNOWN_CALL: CommandError = { code: "unknown_call", message: "There is no such call" };

/** Whether the identity may hear events and read the state at all. */
export function mayMonitor({ can }: Identity): boolean {
  return can.includes("monitor");
}

/** Why the identity may not monitor; `undefined` if it may. */
export function monitorRefusal(identity: Identity): CommandError | undefined {
  if (mayMonitor(identity)) return undefined;
  if (isUnauthenticated(identity)) return TOKEN_NEEDED;
  return { code: "not_permitted", message: "You may not see lines and calls" };
}

/**
 * Which lines the identity may monitor, of those that patterns name if some do; `undefined`: all of
 * them.
 */
export function lineFilter(identity: Identity, named?: readonly string[]): Matcher | undefined {
  const isNamed = named && matcherOf(named);
  if (permitsEverywhere(identity, "monitor")) return isNamed;
  return (line) => (isNamed?.(line) ?? true) && permits(identity, "monitor", line);
}

/** The lines or calls that the identity may see, of the lines that patterns name if some do. */
export function onlyVisible<T extends { readonly line: string }>(
  identity: Identity,
  all: readonly T[],
  named?: readonly string[],
): readonly T[] {
  const isWanted = lineFilter(identity, named);
  return isWanted === undefined ? all : all.filter(({ line }) => isWanted(line));
}

/**
 * Why the identity may not give the command; `undefined` if it may. A line or call that it may not see
 * does not exist for it.
 */
export function refusal(
  identity: Identity,
  state: StatePort,
  command: Command,
): CommandError | undefined {
  if (isUnauthenticated(identity)) return TOKEN_NEEDED;
  return targetRefusal(identity, state, command) ?? dialRefusal(command, identity.dial ?? {});
}

function targetRefusal(
  identity: Identity,
  state: StatePort,
  command: Command,
): CommandError | undefined {
  const line = "line" in command ? command.line : state.call(command.call)?.line;
  // The call may be too new for the state. Identities with access to all lines may ask for it.
  if (line === undefined && permitsEverywhere(identity, "control")) return undefined;
  if (line === undefined || !sees(identity, line)) {
    return "line" in command ? UNKNOWN_LINE : UNKNOWN_CALL;
  }
  for (const [{ kind }, extension] of fieldsOf(command)) {
    if (kind === "extension" && !sees(identity, extension)) return UNKNOWN_LINE;
  }
  if (takesAnyCall(command) && !permitsEverywhere(identity, "control")) return OTHERS_CALLS;
  if (permits(identity, "control", line)) return undefined;
  return { code: "not_permitted", message: "You may hear the line, but not control it" };
}

/** Whether the command can take a call of a line that it does not name. */
function takesAnyCall(command: Command): boolean {
  const { takesCalls }: CommandShape = COMMANDS[command.cmd];
  if (takesCalls !== true) return false;
  return command.cmd !== "pickup" || command.from === undefined || command.group !== undefined;
}

function sees(identity: Identity, line: string): boolean {
  return permits(identity, "monitor", line) || permits(identity, "control", line);
}
