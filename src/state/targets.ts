/** The call that a command is about: by its id, or the only one of a line that can be meant. */
import type { Target } from "../model/command.ts";
import type { TapiCall } from "../session/call.ts";
import { isActive, isElsewhere, isHeld, isPending } from "../session/calls/states.ts";
import { CommandFailure } from "../session/commands/errors.ts";
import type { CallPair } from "../session/commands/table.ts";
import type { TapiLine } from "../session/line.ts";
import type { Session } from "../session/session.ts";

/**
 * The open line with a permanent id, or the open lines with an extension, which several may share: in
 * the order in which rights are looked up.
 *
 * @throws CommandFailure
 */
export function linesOf(session: Session, line: string): [TapiLine, ...TapiLine[]] {
  const all = [...session.lines];
  const identified = all.filter(({ identity }) => identity.permanentId === line);
  const lines = identified.length > 0 ? identified : all.filter(({ name }) => name === line);
  if (lines.length === 0) throw new CommandFailure("unknown_line", "There is no such line");
  const [first, ...others] = lines.filter(({ device }) => device.handle !== 0);
  if (first === undefined) throw new CommandFailure("provider_down", "The line is not open");
  return [first, ...others];
}

/** The calls of a line that clients know, and that are this telephone's. @throws CommandFailure */
function callsOf(session: Session, extension: string): [TapiCall, ...TapiCall[]] {
  const calls = linesOf(session, extension).flatMap((line) => [...session.calls.of(line)]);
  const [first, ...others] = calls.filter((call) => call.isReported && !isElsewhere(call));
  if (first === undefined) throw new CommandFailure("no_call", "There is no call on the line");
  return [first, ...others];
}

/**
 * The call that a command is about. Of several on the line it is the one in a fitting state; if
 * several fit, or none does, the one that is active.
 *
 * @param states LINECALLSTATE_ bits of the states that fit.
 * @throws CommandFailure
 */
export function callOf(session: Session, target: Target, states: number): TapiCall {
  if ("call" in target) {
    const call = session.calls.byId(target.call);
    if (call === undefined || call.ended) {
      throw new CommandFailure("unknown_call", `There is no call ${target.call}`);
    }
    return call;
  }
  const calls = callsOf(session, target.line);
  const fitting = calls.filter(({ state }) => (state & states) !== 0);
  const meant = fitting.length === 0 ? calls : fitting;
  return only(meant) ?? only(meant.filter(isActive)) ?? ambiguous(meant.length);
}

/**
 * The held call and the active one of a line; of several that are held, the one that waits for a
 * consultation to end. Calls of two lines that share an extension make no pair.
 *
 * @throws CommandFailure
 */
export function pairOf(session: Session, extension: string): CallPair {
  const calls = callsOf(session, extension);
  const allHeld = calls.filter(isHeld);
  const allActive = calls.filter(isActive);
  if (allHeld.length === 0) {
    throw new CommandFailure("no_call", "There is no held call on the line");
  }
  const held = allHeld.filter((call) => hasOneOf(call.line, allActive));
  const active = allActive.filter((call) => hasOneOf(call.line, allHeld));
  if (active.length === 0) {
    throw new CommandFailure("no_call", "There is no active call on the line");
  }
  return {
    held: only(held) ?? only(held.filter(isPending)) ?? ambiguous(held.length),
    active: only(active) ?? ambiguous(active.length),
  };
}

function hasOneOf(line: TapiLine, calls: readonly TapiCall[]): boolean {
  return calls.some((call) => call.line === line);
}

function only(calls: readonly TapiCall[]): TapiCall | undefined {
  return calls.length === 1 ? calls[0] : undefined;
}

function ambiguous(count: number): never {
  throw new CommandFailure("ambiguous", `${count} calls of the line can be meant: name one`);
}
