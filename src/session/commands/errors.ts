/** Why an action failed, in words that commands are answered with. */
import { describeError } from "../../log.ts";
import { MissingFunctionError, TapiError } from "../../tapi/errors.ts";
import { ReplyTimeoutError, RequestEndedError } from "./replies.ts";

/** Why an action failed. */
export type ActionFailure =
  /** A TAPI function, or its reply, answered with an error. */
  | "tapi_error"
  /** No reply came; the action may still take effect. */
  | "timeout"
  /** The call, the line or the library cannot do it, or not now. */
  | "not_supported"
  /** The call has ended meanwhile. */
  | "call_ended"
  /** The line was closed meanwhile, or its provider hangs. */
  | "line_closed";

/** An action failed; the message names the TAPI function and the symbolic error. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly failure: ActionFailure;
  /** Where TAPI gave an error: its LINEERR_ code, unsigned, and the code's name. */
  readonly tapi: { readonly code: number; readonly name: string } | undefined;

  constructor(cause: unknown) {
    super(describeError(cause), { cause });
    this.failure = failureOf(cause);
    this.tapi = cause instanceof TapiError ? { code: cause.code, name: cause.codeName } : undefined;
  }
}

/** What was asked for cannot be done, or not now: the provider need not be asked. */
class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}

/** The error of what cannot be done, or not now. */
export function unsupported(message: string): ActionError {
  return new ActionError(new UnsupportedError(message));
}

/** Too many actions on the line have not come to an end. */
export class LineBusyError extends Error {
  override readonly name = "LineBusyError";

  constructor(waiting: number) {
    super(`The line's provider does not answer: ${waiting} commands are waiting for it`);
  }
}

/** A call's handle is not valid any more. */
export class CallEndedError extends Error {
  override readonly name = "CallEndedError";

  constructor() {
    super("The call has ended");
  }
}

function failureOf(cause: unknown): ActionFailure {
  if (cause instanceof ReplyTimeoutError) return "timeout";
  if (cause instanceof RequestEndedError || cause instanceof LineBusyError) return "line_closed";
  if (cause instanceof CallEndedError) return "call_ended";
  if (cause instanceof MissingFunctionError || cause instanceof UnsupportedError) {
    return "not_supported";
  }
  return "tapi_error";
}
