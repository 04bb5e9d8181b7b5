/** Functions of a line that make one call: it may be dropped before its handle is there. */
import { describeError, logger } from "../../log.ts";
import type { ArgumentsOf, FunctionName } from "../../tapi/invoke.ts";
import type { Memory } from "../../tapi/library.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import type { MadeBy, TapiCall } from "../call.ts";
import type { TapiLine } from "../line.ts";
import { drop } from "./drop.ts";
import type { Requests } from "./requests.ts";

const log = logger("session");

/**
 * Makes a call.
 *
 * @param args Receives the memory of the handle.
 */
export async function makeCall<F extends FunctionName>(
  requests: Requests,
  line: TapiLine,
  known: MadeBy,
  fn: F,
  args: (memory: Memory) => ArgumentsOf<F>,
): Promise<TapiCall> {
  const handle = new CallHandleOut();
  const [made] = await requests.make(
    line,
    [{ ...known, handle }],
    { dropped: (call) => void dropLate(requests, call) },
    fn,
    ...args(handle.memory),
  );
  // With one out handle there is one call, or an error.
  return made as TapiCall;
}

/** Somebody hung up before the handle came. */
async function dropLate(requests: Requests, call: TapiCall): Promise<void> {
  try {
    await drop(requests, call);
  } catch (error) {
    log.warn("Line {line}: a call that was dropped while it was dialled goes on: {error}", {
      line: call.line.name,
      error: describeError(error),
    });
  }
}
