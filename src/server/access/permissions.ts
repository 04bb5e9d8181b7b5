/** What an identity sees of the state, and why it may not give a command. Pure. */
import type { StatePort } from "../../bus/ports.ts";
import { type Command, fieldsOf } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import { dialRefusal } from "./dial_rules.ts";
import { type Identity, isUnauthenticated, permits, permitsEverywhere } from "./identity.ts";

export const TOKEN_NEEDED: CommandError = { code: "unauthorized", message: "A token is needed" };
const UNKNOWN_LINE: CommandError = { code: "unknown_line", message: "There is no such line" };
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
export function visibleTo(identity: Identity): ((line: string) => boolean) | undefined {
  if (permitsEverywhere(identity, "monitor")) return undefined;
  return (line) => permits(identity, "monitor", line);
}

/** The lines or calls that the identity may see, of the lines named if some are. */
export function onlyVisible<T extends { readonly line: string }>(
  identity: Identity,
  all: readonly T[],
  named?: ReadonlySet<string>,
): readonly T[] {
  const visible = visibleTo(identity);
  return all.filter(({ line }) => (named?.has(line) ?? true) && (visible?.(line) ?? true));
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
  if (permits(identity, "control", line)) return undefined;
  return { code: "not_permitted", message: "You may hear the line, but not control it" };
}

function sees(identity: Identity, line: string): boolean {
  return permits(identity, "monitor", line) || permits(identity, "control", line);
}
