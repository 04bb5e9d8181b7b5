/**
 * The lineGetMessage loop: one outstanding call, everything queued taken at once, no spinning on a
 * library that answers errors.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/nf-tapi-linegetmessage
 */
import { type Clock, sleep } from "../clock.ts";
import { LINEERR } from "../tapi/constants.ts";
import { type LineMessage, type Tapi, UNWRITTEN_MESSAGE_ID } from "../tapi/calls.ts";
import { lineErrorName, TapiError } from "../tapi/errors.ts";
import { LINEMESSAGE } from "../tapi/structs.ts";

/** How long one lineGetMessage waits on its worker thread. */
const WAIT_MS = 1000;
/** Messages taken in one turn of the event loop; the sockets get theirs in between. */
const BATCH_MESSAGES = 256;
/** Pauses after an answer that is neither a message nor an honest time-out. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** After so long without a sensible answer, the loop gives up. */
const GIVE_UP_AFTER_MS = 10_000;

export interface DrainOptions {
  readonly clock: Clock;
  /** Ends the loop even where lineShutdown does not. */
  readonly signal: AbortSignal;
  /**
   * Called once when lineGetMessage starts to fail, with the error's name, and once with `undefined`
   * when it works again.
   */
  readonly onTrouble: (error: string | undefined) => void;
}

/**
 * Yields the application's messages in order, in batches, until lineShutdown ends the wait.
 *
 * @throws TapiError when lineGetMessage has failed for {@linkcode GIVE_UP_AFTER_MS}.
 *
 * LINEERR_OPERATIONFAILED is how TAPI says that none came in time; it is also how it fails. Only one
 * that comes as late as a time-out does is taken for one.
 */
export async function* drain(
  tapi: Tapi,
  app: number,
  options: DrainOptions,
): AsyncGenerator<readonly LineMessage[], void, void> {
  const { clock, signal, onTrouble } = options;
  const buffer = new Uint8Array(LINEMESSAGE.size);
  let pauseMs = 0;
  let troubleSinceMs = 0;
  while (!signal.aborted) {
    const startMs = clock.uptimeMs();
    const first = outcomeOf(await tapi.getMessage(app, buffer, WAIT_MS), buffer);
    if (first === "shutdown") return;
    const timedOut = first === "empty" && clock.uptimeMs() - startMs >= WAIT_MS / 2;
    if (typeof first === "object" || timedOut) {
      if (pauseMs > 0) onTrouble(undefined);
      pauseMs = 0;
      if (typeof first === "object") yield takeQueued(tapi, app, buffer, first);
      continue;
    }
    const code = first === "empty" ? LINEERR.OPERATIONFAILED : first;
    if (pauseMs === 0) {
      troubleSinceMs = clock.uptimeMs();
      onTrouble(lineErrorName(code));
    } else if (clock.uptimeMs() - troubleSinceMs >= GIVE_UP_AFTER_MS) {
      throw new TapiError("lineGetMessage", code);
    }
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    await sleep(clock, pauseMs, signal);
  }
}

/** The result of one lineGetMessage: a message, nothing, the end, or an error's code. */
type Outcome = LineMessage | "empty" | "shutdown" | number;

function outcomeOf(result: number, buffer: Uint8Array): Outcome {
  if (result === 0) {
    const message = LINEMESSAGE.decode(buffer);
    return message.dwMessageID === UNWRITTEN_MESSAGE_ID ? "empty" : message;
  }
  const code = result >>> 0;
  if (code === LINEERR.OPERATIONFAILED) return "empty";
  if (code === LINEERR.INVALAPPHANDLE) return "shutdown";
  return code;
}

/** Adds to `first` what is queued already. Whatever ends the queue shows at the next wait again. */
function takeQueued(
  tapi: Tapi,
  app: number,
  buffer: Uint8Array<ArrayBuffer>,
  first: LineMessage,
): readonly LineMessage[] {
  const batch = [first];
  while (batch.length < BATCH_MESSAGES) {
    const next = outcomeOf(tapi.getMessageNow(app, buffer), buffer);
    if (typeof next !== "object") break;
    batch.push(next);
  }
  return batch;
}
