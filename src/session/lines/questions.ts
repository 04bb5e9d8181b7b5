/** Questions about an open device: what its driver answers, if it does. */
import { describeError, logger } from "../../log.ts";
import { MissingFunctionError } from "../../tapi/errors.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice } from "../line.ts";

const log = logger("session");

/** The driver's answer; `undefined` if it gives none, or the device is not open. Never rejects. */
export async function answerOf<T>(
  { ended }: SessionContext,
  device: LineDevice,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  if (device.handle === 0 || ended.aborted) return undefined;
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof MissingFunctionError)) {
      log.debug("Line {line} does not report its status: {error}", {
        line: device.name,
        error: describeError(error),
      });
    }
    return undefined;
  }
}
