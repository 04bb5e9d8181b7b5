/** Carries clients' commands out: finds the line and its calls, acts, and says what came of it. */
import type { CommandPort } from "../bus/ports.ts";
import type { Command, CommandOutcome, CommandResult } from "../model/command.ts";
import type { CommandError, ErrorCode } from "../model/error.ts";
import { describeError, logger, maskNumber } from "../log.ts";
import { Actions } from "../session/commands/actions.ts";
import { ActionError, type ActionFailure } from "../session/commands/errors.ts";
import { complete, consult } from "../session/commands/consultation.ts";
import { forward } from "../session/commands/forwarding.ts";
import type { CallEntry } from "../session/handles.ts";
import { park, pickup, unpark } from "../session/commands/parking.ts";
import type { Session } from "../session/session.ts";
import type { CallKey } from "../session/signals.ts";
import { callOf, linesOf, pairOf, TargetError } from "./targets.ts";

const log = logger("commands");

/** What can be sent as DTMF; a comma is a pause. */
const DIGITS = /^[0-9A-Da-d*#,]+$/;

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
    // Of a call that the command ends, nothing is known behind it.
    const subject = this.#describe(command);
    const result = await this.#execute(command);
    log.debug(subject.text, {
      ...subject.values,
      result: result.ok ? "done" : `${result.error.code}, ${result.error.message}`,
    });
    return result;
  }

  async #execute(command: Command): Promise<CommandResult> {
    const { session } = this.#telephony;
    if (session === undefined) {
      return failed({ code: "provider_down", message: "TAPI is not available" });
    }
    try {
      return { ok: true, outcome: await carryOut(session, command) };
    } catch (error) {
      return failed(toError(error, command));
    }
  }

  /** What the log says of a command: neither whole numbers nor the digits that are sent. */
  #describe(command: Command): { text: string; values: Record<string, unknown> } {
    const { session } = this.#telephony;
    const { cmd } = command;
    const [, number] = Object.entries(command).find(([key]) => NUMBERS.has(key)) ?? [];
    const to = typeof number === "string" ? maskNumber(number) : undefined;
    const isOfCall = "call" in command;
    const line = isOfCall
      ? session?.calls.byKey(command.call as CallKey)?.line.extension ?? "unknown"
      : command.line;
    const isKnown = [...session?.lines ?? []].some(({ extension }) => extension === line);
    const values = {
      cmd,
      // What a client takes for a line may be anybody's telephone number.
      line: isOfCall || isKnown ? line : maskNumber(line),
      ...isOfCall && { call: command.call },
      ...to !== undefined && { number: to },
    };
    const where = isOfCall ? "with call {call} on line {line}" : "on line {line}";
    return { text: `{cmd} ${where}${to === undefined ? "" : " to {number}"}: {result}`, values };
  }
}

/** The members of commands that name another telephone, or a place for calls. */
const NUMBERS: ReadonlySet<string> = new Set(["number", "to", "slot", "from"]);

/** @throws ActionError, TargetError */
async function carryOut(session: Session, command: Command): Promise<CommandOutcome> {
  const actions = new Actions(session);
  switch (command.cmd) {
    case "dial": {
      const [line] = linesOf(session, command.line);
      return made(await actions.makeCall(line, command.number));
    }
    case "drop":
      if ("all" in command) return await dropAll(session, actions, command.line);
      await actions.drop(callOf(session, command, "drop"));
      return {};
    case "answer":
    case "hold":
    case "unhold":
      await actions[command.cmd](callOf(session, command, command.cmd));
      return {};
    case "swap": {
      const { active, held } = pairOf(session, command.line);
      await actions.swap(active, held);
      return {};
    }
    case "transfer":
    case "redirect": {
      const call = callOf(session, command, command.cmd);
      await actions[command.cmd](call, command.number);
      return {};
    }
    case "consult": {
      const call = callOf(session, command, "consult");
      return made(await consult(actions, call, command.number));
    }
    case "complete": {
      const { active, held } = pairOf(session, command.line);
      return made(await complete(actions, held, active, command.mode));
    }
    case "park": {
      const call = callOf(session, command, "park");
      const slot = await park(actions, call, command.slot);
      return slot === undefined ? {} : { slot };
    }
    case "unpark": {
      const [line] = linesOf(session, command.line);
      return made(await unpark(actions, line, command.slot));
    }
    case "pickup": {
      const [line] = linesOf(session, command.line);
      return made(await pickup(actions, line, command.from, command.group));
    }
    case "dtmf": {
      if (!DIGITS.test(command.digits)) {
        throw new TargetError("bad_request", "digits: expected 0 to 9, A to D, *, # and commas");
      }
      const call = callOf(session, command, "dtmf");
      await actions.sendDigits(call, command.digits);
      return {};
    }
    case "forward": {
      const [line] = linesOf(session, command.line);
      await forward(actions, line, command.when, command.to);
      return {};
    }
  }
}

/** Drops every call, also after one could not be dropped; the first failure is the answer. */
async function dropAll(
  session: Session,
  actions: Actions,
  extension: string,
): Promise<CommandOutcome> {
  const calls = linesOf(session, extension).flatMap((line) => [...line.calls]);
  if (calls.length === 0) throw new TargetError("no_call", "There is no call on the line");
  const results = await Promise.allSettled(calls.map((call) => actions.drop(call)));
  const rejected = results.find((result) => result.status === "rejected");
  if (rejected !== undefined) throw rejected.reason;
  return {};
}

function made(call: CallEntry | undefined): CommandOutcome {
  return call === undefined ? {} : { call: call.key };
}

const CODES: Readonly<Record<Exclude<ActionFailure, "call_ended">, ErrorCode>> = {
  tapi_error: "tapi_error",
  timeout: "timeout",
  not_supported: "not_supported",
  line_closed: "provider_down",
};

function toError(error: unknown, command: Command): CommandError {
  const message = describeError(error);
  if (error instanceof TargetError) return { code: error.code, message };
  if (!(error instanceof ActionError)) return { code: "tapi_error", message };
  const { failure, tapi } = error;
  if (failure !== "call_ended") {
    return { code: CODES[failure], message, ...tapi !== undefined && { tapi } };
  }
  const isOfCall = "call" in command;
  return { code: isOfCall ? "unknown_call" : "no_call", message };
}

function failed(error: CommandError): CommandResult {
  return { ok: false, error };
}
