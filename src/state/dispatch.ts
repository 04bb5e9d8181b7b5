/** Carries clients' commands out: finds the line and its calls, and says what came of it. */
import type { CommandPort } from "../bus/ports.ts";
import {
  type Command,
  type CommandName,
  type CommandOutcome,
  type CommandResult,
  COMMANDS,
} from "../model/command.ts";
import { toCommandError } from "../session/commands/errors.ts";
import { type Row, TABLE } from "../session/commands/table.ts";
import type { Session } from "../session/session.ts";
import { callOf, everyCallOf, linesOf, pairOf } from "./targets.ts";

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
      const outcome = "all" in command
        ? await dropAll(session, command.line)
        : await rowOf(command).carryOut(session.requests, targetOf(session, command), command);
      return { ok: true, outcome };
    } catch (error) {
      return { ok: false, error: toCommandError(error, "call" in command) };
    }
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

/** Drops every call, also after one could not be dropped; the first failure is the answer. */
async function dropAll(session: Session, extension: string): Promise<CommandOutcome> {
  const drops = everyCallOf(session, extension).map((call) =>
    TABLE.drop.carryOut(session.requests, call, { cmd: "drop", call: call.id })
  );
  const failed = (await Promise.allSettled(drops)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return {};
}
