/** Questions about a call: what its driver answers, and whether its handle is valid. */
import { describeError, logger } from "../../log.ts";
import type { RawCallInfo } from "../../tapi/call_info.ts";
import type { CallStatus } from "../../tapi/calls.ts";
import { LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import type { TapiCall } from "../call.ts";
import type { SessionContext } from "../context.ts";

const log = logger("session");

/**
 * The answer to a question about a call; "dead": its handle is not valid any more; `undefined` if the
 * driver does not answer: what is known stays.
 */
export type Answer<T> = T | "dead" | undefined;

/** lineGetCallInfo. Never rejects. */
export function readInfo(context: SessionContext, call: TapiCall): Promise<Answer<RawCallInfo>> {
  const { tapi } = context;
  return answerOf(context, call, (apiVersion) => tapi.getCallInfo(call.handle, apiVersion));
}

/** lineGetCallStatus. Never rejects. */
export function readStatus(context: SessionContext, call: TapiCall): Promise<Answer<CallStatus>> {
  const { tapi } = context;
  return answerOf(context, call, (apiVersion) => tapi.getCallStatus(call.handle, apiVersion));
}

async function answerOf<T>(
  { calls, ended }: SessionContext,
  call: TapiCall,
  ask: (apiVersion: number) => Promise<T>,
): Promise<Answer<T>> {
  if (ended.aborted || !calls.has(call)) return undefined;
  try {
    const answer = await ask(call.line.device.caps.apiVersion);
    call.answered();
    return answer;
  } catch (error) {
    if (error instanceof TapiError && error.code === LINEERR.INVALCALLHANDLE) return "dead";
    call.failedToAnswer();
    log.debug("A call on line {line} is not answered for: {error}", {
      line: call.line.name,
      error: describeError(error),
    });
    return undefined;
  }
}
