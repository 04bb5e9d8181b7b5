/** Carries clients' commands out: finds the line and its calls, and says what came of it. */
import type { CommandPort } from "../bus/ports.ts";
import type { CallId } from "../model/call_id.ts";
import {
  type Command,
  type CommandName,
  type CommandOutcome,
  type CommandResult,
  COMMANDS,
} from "../model/command.ts";
import { isElsewhere } from "../session/calls/states.ts";
import { CommandFailure, toCommandError } from "../session/commands/errors.ts";
import { type Row, TABLE } from "../session/commands/table.ts";
import type { Session } from "../session/session.ts";
import { callOf, linesOf, pairOf } from "./targets.ts";

/** Where commands go: the session that works, or none while TAPI is not available. */
export interface Telephony {
  readonly session: Session | undefined;
}

export class Dispatch implements CommandPort {
  readonly #telephony: Telephony;

  constructor(telephony: Telephony) {
    this.#telephony = telephony;
  }

  async execute(command: Command): Promise<CommandResult> {
    const { session } = this.#telephony;
    if (session === undefined) {
      const message = "TAPI is not available";
      return { ok: false, error: { code: "provider_down", message } };
    }
    try {
      const outcome = command.cmd === "drop" && "line" in command
        ? await drop(session, command)
        : await rowOf(command).carryOut(session.requests, targetOf(session, command), command);
      return { ok: true, outcome };
    } catch (error) {
      return { ok: false, error: toCommandError(error, "call" in command) };
    }
  }

  lineOf(call: CallId): string | undefined {
    const known = this.#telephony.session?.calls.byId(call);
    return known?.isPlaced ? known.line.name : undefined;
  }
}

/** A row whose target and command belong together: {@linkcode targetOf} sees to it. */
type AnyRow = Pick<Row<CommandName>, "states"> & {
  carryOut(
    requests: Session["requests"],
    target: ReturnType<typeof targetOf>,
    command: Command,
  ): Promise<CommandOutcome>;
};

function rowOf({ cmd }: Command): AnyRow {
  return TABLE[cmd] as AnyRow;
}

/** @throws CommandFailure */
function targetOf(session: Session, command: Command) {
  if ("call" in command) return callOf(session, command, 0);
  switch (COMMANDS[command.cmd].target) {
    case "line":
      return linesOf(session, command.line)[0];
    case "pair":
      return pairOf(session, command.line);
    case "call":
      return callOf(session, command, rowOf(command).states ?? 0);
  }
}

/**
 * Hangs up on a line: its call, or every one. Calls that are being dialled have no handle yet: they are
 * dropped as soon as it comes.
 */
async function drop(
  session: Session,
  command: Extract<Command, { readonly cmd: "drop"; readonly line: string }>,
): Promise<CommandOutcome> {
  const lines = linesOf(session, command.line);
  const pending = lines.flatMap((line) => [...line.pendingCalls]);
  const own = lines.flatMap((line) => [...session.calls.of(line)])
    .filter((call) => !isElsewhere(call));
  if (pending.length > 0 && ("all" in command || own.length === 0)) {
    for (const call of pending) call.isDropped = true;
  }
  if (own.length === 0 && pending.length > 0) return {};
  if (!("all" in command)) {
    const call = callOf(session, command, TABLE.drop.states ?? 0);
    return await TABLE.drop.carryOut(session.requests, call, command);
  }
  if (own.length === 0) throw new CommandFailure("no_call", "There is no call on the line");
  // Every one, also after one could not be dropped; the first failure is the answer.
  const drops = own.map((call) => TABLE.drop.carryOut(session.requests, call, command));
  const failed = (await Promise.allSettled(drops)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return {};
}
