/** Why a command was not carried out, in the codes that clients are answered with. */
import { describeError } from "../../log.ts";
import type { CommandError, ErrorCode } from "../../model/error.ts";
import { MissingFunctionError, TapiError } from "../../tapi/errors.ts";

/** A command cannot be carried out, or not now. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";

  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** The call's handle is not valid any more. */
export class CallEndedError extends CommandFailure {
  constructor() {
    super("no_call", "The call has ended");
  }
}

export function unsupported(message: string): CommandFailure {
  return new CommandFailure("not_supported", message);
}

/**
 * The error that a client is answered with for anything that was thrown.
 *
 * @param isOfCall Whether the command named a call, not a line.
 */
export function toCommandError(error: unknown, isOfCall: boolean): CommandError {
  const message = describeError(error);
  if (error instanceof CallEndedError && isOfCall) return { code: "unknown_call", message };
  if (error instanceof CommandFailure) return { code: error.code, message };
  if (error instanceof MissingFunctionError) return { code: "not_supported", message };
  if (!(error instanceof TapiError)) return { code: "tapi_error", message };
  return { code: "tapi_error", message, tapi: { code: error.code, name: error.codeName } };
}
