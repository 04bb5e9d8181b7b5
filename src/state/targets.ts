/** Which call a command means: by its number, or the only one of a line that it can mean. */
import type { Target } from "../model/command.ts";
import type { ErrorCode } from "../model/error.ts";
import {
  type ActionOnCall,
  fits,
  isActive,
  isHeld,
  isPending,
} from "../session/commands/fitting.ts";
import type { CallEntry, LineEntry } from "../session/handles.ts";
import type { Session } from "../session/session.ts";
import type { CallKey } from "../session/signals.ts";

/** No call, or not only one, can be meant. */
export class TargetError extends Error {
  override readonly name = "TargetError";

  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** The lines of an extension that are open: several may share it. @throws TargetError */
export function linesOf(session: Session, extension: string): [LineEntry, ...LineEntry[]] {
  const lines = [...session.lines].filter((line) => line.extension === extension);
  if (lines.length === 0) throw new TargetError("unknown_line", "There is no such line");
  const [first, ...others] = lines.filter((line) => line.handle !== 0);
  if (first === undefined) throw new TargetError("provider_down", "The line is not open");
  return [first, ...others];
}

/** The calls of an extension that were told of, and have not ended. @throws TargetError */
function callsOf(session: Session, extension: string): [CallEntry, ...CallEntry[]] {
  const calls = linesOf(session, extension).flatMap((line) => [...line.calls]);
  const [first, ...others] = calls.filter(({ state, ended }) => state !== 0 && !ended);
  if (first === undefined) throw new TargetError("no_call", "There is no call on the line");
  return [first, ...others];
}

/**
 * The call that a command is about. Of several on the line it is the one in a fitting state; where
 * several fit, or none does, the one that is active.
 *
 * @throws TargetError
 */
export function callOf(session: Session, target: Target, action: ActionOnCall): CallEntry {
  if ("call" in target) {
    const call = session.calls.byKey(target.call as CallKey);
    if (call === undefined || call.ended) {
      throw new TargetError("unknown_call", `There is no call ${target.call}`);
    }
    return call;
  }
  const calls = callsOf(session, target.line);
  const fit = calls.filter((call) => fits(action, call));
  const meant = fit.length === 0 ? calls : fit;
  return only(meant) ?? only(meant.filter(isActive)) ?? ambiguous(meant.length);
}

/**
 * The held call and the active one of a line; of several that are held, the one that waits for a
 * consultation to end.
 *
 * @throws TargetError
 */
export function pairOf(
  session: Session,
  extension: string,
): { held: CallEntry; active: CallEntry } {
  const calls = callsOf(session, extension);
  const held = calls.filter(isHeld);
  const active = calls.filter(isActive);
  if (held.length === 0) throw new TargetError("no_call", "There is no held call on the line");
  if (active.length === 0) throw new TargetError("no_call", "There is no active call on the line");
  return {
    held: only(held) ?? only(held.filter(isPending)) ?? ambiguous(held.length),
    active: only(active) ?? ambiguous(active.length),
  };
}

function only(calls: readonly CallEntry[]): CallEntry | undefined {
  return calls.length === 1 ? calls[0] : undefined;
}

function ambiguous(count: number): never {
  throw new TargetError("ambiguous", `${count} calls of the line can be meant: name one`);
}
