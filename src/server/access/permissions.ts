/** Permissions: the part of the state that an identity sees, and the commands it may give. Pure. */
import type { CommandPort, NumberPort, StatePort } from "../../bus/ports.ts";
import { type Command, COMMANDS, type CommandShape, fieldsOf } from "../../model/command.ts";
import type { Line, LineFilter, LineNames } from "../../model/line.ts";
import type { CommandError } from "../../model/error.ts";
import { mayBeSeen, type VisibleLines } from "../../model/journal.ts";
import { type Right, RIGHTS } from "../../model/right.ts";
import { matcherOf } from "../../patterns.ts";
import type { Dialling } from "../dialling.ts";
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

/** Which lines the identity may monitor; `undefined`: all of them. */
export function visibleTo(identity: Identity): VisibleLines | undefined {
  if (permitsEverywhere(identity, "monitor")) return undefined;
  return [mayMonitor(identity) ? identity.lines : []];
}

/**
 * Which lines the identity may monitor, of those named by patterns of extensions or by permanent ids if
 * some are; `undefined`: all of them.
 */
export function lineFilter(
  identity: Identity,
  named?: readonly string[],
): LineFilter | undefined {
  const isNamed = named && namedBy(named);
  const visible = visibleTo(identity);
  if (visible === undefined) return isNamed;
  return (names) => (isNamed?.(names) ?? true) && mayBeSeen(names.line, visible);
}

/** Patterns are of extensions: a permanent id begins with any digit. */
function namedBy(named: readonly string[]): LineFilter {
  const matches = matcherOf(named);
  const exact = new Set(named);
  return ({ line, permanentId }) => matches(line) || exact.has(permanentId);
}

/** The line with this permanent id, or one with this extension. */
export function lineNamed(state: StatePort, name: string): Line | undefined {
  const lines = state.lines();
  return lines.find(({ permanentId }) => permanentId === name) ??
    lines.find(({ line }) => line === name);
}

/** The lines or calls that the identity may see, of the lines that patterns name if some do. */
export function onlyVisible<T extends LineNames>(
  identity: Identity,
  all: readonly T[],
  named?: readonly string[],
): readonly T[] {
  const isWanted = lineFilter(identity, named);
  return isWanted === undefined ? all : all.filter(isWanted);
}

/**
 * Why the identity may not give the command; `undefined` if it may. A line or call that it may not see
 * does not exist for it.
 */
export function refusal(
  identity: Identity,
  context: {
    readonly state: StatePort;
    readonly commands: CommandPort;
    readonly numbers: NumberPort;
  },
  { command, error }: Dialling,
): CommandError | undefined {
  if (isUnauthenticated(identity)) return TOKEN_NEEDED;
  return targetRefusal(identity, context, command) ?? error ??
    dialRefusal(command, identity.dial ?? {}, context.numbers);
}

function targetRefusal(
  identity: Identity,
  { state, commands }: { readonly state: StatePort; readonly commands: CommandPort },
  command: Command,
): CommandError | undefined {
  const line = "line" in command
    ? lineNamed(state, command.line)?.line ?? command.line
    // The call may be too new for the state.
    : state.call(command.call)?.line ?? commands.lineOf(command.call);
  const { right = "control" }: CommandShape = COMMANDS[command.cmd];
  // Identities with access to all lines get TAPI's own answer.
  if (line === undefined && permitsEverywhere(identity, right)) return undefined;
  if (line === undefined || !sees(identity, line)) {
    return "line" in command ? UNKNOWN_LINE : UNKNOWN_CALL;
  }
  for (const [{ kind }, extension] of fieldsOf(command)) {
    if (kind !== "extension") continue;
    if (!sees(identity, extension)) return UNKNOWN_LINE;
    if (right !== "control" && !permits(identity, right, extension)) return lackOf(right);
  }
  if (takesAnyCall(command) && !permitsEverywhere(identity, "control")) return OTHERS_CALLS;
  return permits(identity, right, line) ? undefined : lackOf(right);
}

function lackOf(right: Right): CommandError {
  const message = right === "control"
    ? "You can see the line, but not control it"
    : `The right "${right}" is needed for every line that the command names`;
  return { code: "not_permitted", message };
}

/** Whether the command can take a call of a line that it does not name. */
function takesAnyCall(command: Command): boolean {
  const { takesCalls }: CommandShape = COMMANDS[command.cmd];
  if (takesCalls !== true) return false;
  return command.cmd !== "pickup" || command.from === undefined || command.group !== undefined;
}

function sees(identity: Identity, line: string): boolean {
  return RIGHTS.some((right) => permits(identity, right, line));
}
