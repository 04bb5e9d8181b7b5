/** What an identity sees of the state, and why it may not give a command. Pure. */
import type { StatePort } from "../../bus/ports.ts";
import type { Call } from "../../model/call.ts";
import type { Line } from "../../model/line.ts";
import type { Command } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import { dialRefusal } from "./dial_rules.ts";
import { hearsEverything, type Identity, isNobody, permits } from "./identity.ts";

/** Whether the identity may hear events and read the state at all. */
export function mayMonitor({ can }: Identity): boolean {
  return can.includes("monitor");
}

/** Why the identity may not; `undefined` where it may. */
export function monitorRefusal(identity: Identity): CommandError | undefined {
  if (mayMonitor(identity)) return undefined;
  if (isNobody(identity)) return NOBODY;
  return { code: "not_permitted", message: "You may not see lines and calls" };
}

/** Which lines the identity hears of; `undefined` where it is all of them. */
export function hearing(identity: Identity): ((line: string) => boolean) | undefined {
  return hearsEverything(identity) ? undefined : (line) => permits(identity, "monitor", line);
}

/** The lines that the identity may see, of those named where some are. */
export function visibleLines(
  identity: Identity,
  state: StatePort,
  named?: ReadonlySet<string>,
): readonly Line[] {
  return state.lines().filter(isVisible(identity, named));
}

/** The calls that the identity may see, of the lines named where some are. */
export function visibleCalls(
  identity: Identity,
  state: StatePort,
  named?: ReadonlySet<string>,
): readonly Call[] {
  return state.calls().filter(isVisible(identity, named));
}

function isVisible(
  identity: Identity,
  named: ReadonlySet<string> | undefined,
): (one: { readonly line: string }) => boolean {
  const hears = hearing(identity);
  return ({ line }) => (named?.has(line) ?? true) && (hears?.(line) ?? true);
}

/**
 * Why the identity may not give the command; `undefined` where it may. What it may not see does not
 * exist for it.
 */
export function refusal(
  identity: Identity,
  state: StatePort,
  command: Command,
): CommandError | undefined {
  if (isNobody(identity)) return NOBODY;
  return lineRefusal(identity, state, command) ?? dialRefusal(command, identity.dial ?? {});
}

function lineRefusal(
  identity: Identity,
  state: StatePort,
  command: Command,
): CommandError | undefined {
  if ("call" in command) {
    const line = state.call(command.call)?.line;
    // A command may just have made it. Whose lines are all may ask the telephone system itself.
    if (line === undefined && controlsEverything(identity)) return undefined;
    if (line === undefined || !sees(identity, line)) {
      return { code: "unknown_call", message: "There is no such call" };
    }
    return refusalOf(identity, line);
  }
  if (command.cmd === "pickup" && command.from !== undefined && !sees(identity, command.from)) {
    return UNKNOWN_LINE;
  }
  return refusalOf(identity, command.line);
}

function refusalOf(identity: Identity, line: string): CommandError | undefined {
  if (!sees(identity, line)) return UNKNOWN_LINE;
  if (permits(identity, "control", line)) return undefined;
  return { code: "not_permitted", message: "You may hear the line, but not control it" };
}

/** What one who may do nothing at all is told. */
export const NOBODY: CommandError = { code: "unauthorized", message: "A token is needed" };

const UNKNOWN_LINE: CommandError = { code: "unknown_line", message: "There is no such line" };

function controlsEverything({ can, lines }: Identity): boolean {
  return can.includes("control") && lines.includes("*");
}

function sees(identity: Identity, line: string): boolean {
  return permits(identity, "monitor", line) || permits(identity, "control", line);
}
