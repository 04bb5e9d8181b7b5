/** Carries clients' commands out: finds the line and its calls, acts, and says what came of it. */
import type { Command, CommandErrorCode, CommandPort, CommandResult } from "../bus/commands.ts";
import { describeError, logger, maskNumber } from "../log.ts";
import { ActionError, type ActionFailure, Actions } from "../session/actions.ts";
import type { LineEntry } from "../session/handles.ts";
import type { Session } from "../session/session.ts";

const log = logger("commands");

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
    const result = await this.#execute(command);
    this.#log(command, result);
    return result;
  }

  #log(command: Command, result: CommandResult): void {
    if (!("line" in command)) return;
    const values = {
      // What a client takes for a line may be anybody's telephone number.
      line: this.#linesOf(command.line).length > 0 ? command.line : maskNumber(command.line),
      result: result.ok ? "done" : `${result.error.code}, ${result.error.message}`,
    };
    switch (command.cmd) {
      case "dial":
        log.info("dial on line {line} to {number}: {result}", {
          ...values,
          number: maskNumber(command.number),
        });
        break;
      case "dropAll":
        log.info("drop on line {line}: {result}", values);
    }
  }

  /** Several lines may have one extension: it means all of them. */
  #linesOf(extension: string): LineEntry[] {
    const { session } = this.#telephony;
    return [...session?.lines ?? []].filter((line) => line.extension === extension);
  }

  async #execute(command: Command): Promise<CommandResult> {
    const { session } = this.#telephony;
    if (session === undefined) return failed("provider_down", "TAPI is not available");
    if (!("line" in command)) return failed("not_supported", `There is no ${command.cmd} yet`);
    const lines = this.#linesOf(command.line);
    if (lines.length === 0) return failed("unknown_line", "There is no such line");
    const open = lines.filter((line) => line.handle !== 0);
    const [line] = open;
    if (line === undefined) return failed("provider_down", "The line is not open");
    const actions = new Actions(session);
    try {
      switch (command.cmd) {
        case "dial":
          await actions.makeCall(line, command.number);
          return DONE;
        case "dropAll":
          return await this.#drop(actions, open);
        default:
          return failed("not_supported", `There is no ${command.cmd} yet`);
      }
    } catch (error) {
      const code = error instanceof ActionError ? CODES[error.failure] : "tapi_error";
      return failed(code, describeError(error));
    }
  }

  /** Drops every call, also after one could not be dropped; the first failure is the answer. */
  async #drop(actions: Actions, lines: readonly LineEntry[]): Promise<CommandResult> {
    const calls = lines.flatMap((line) => [...line.calls].map((call) => call.key));
    if (calls.length === 0) return failed("no_call", "There is no call on the line");
    const results = await Promise.allSettled(calls.map((call) => actions.drop(call)));
    const rejected = results.find((result) => result.status === "rejected");
    if (rejected !== undefined) throw rejected.reason;
    return DONE;
  }
}

const DONE: CommandResult = { ok: true, outcome: {} };

const CODES: Readonly<Record<ActionFailure, CommandErrorCode>> = {
  tapi_error: "tapi_error",
  timeout: "timeout",
  not_supported: "not_supported",
  line_closed: "provider_down",
};

function failed(code: CommandErrorCode, message: string): CommandResult {
  return { ok: false, error: { code, message } };
}
