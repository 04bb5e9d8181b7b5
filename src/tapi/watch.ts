/** Which functions of the library have not returned yet: a driver may hang in any of them. */
import type { Clock } from "../clock.ts";
import { Semaphore } from "../semaphore.ts";
import type { Long, TapiLibrary } from "./library.ts";
import { LINEERR } from "./constants.ts";
import { lineErrorName } from "./errors.ts";
import { TAPI_SYMBOLS } from "./symbols.ts";

/** A call of a function that is under way. */
export interface PendingFunction {
  readonly fn: string;
  /** The object of the function, by its parameters: a HLINE, a HCALL, or a device of a HLINEAPP. */
  readonly handle: number;
  readonly deviceId: number | undefined;
  /** By {@linkcode Clock.uptimeMs}. */
  readonly sinceMs: number;
}

/** Functions whose second parameter is a device id. */
const ABOUT_A_DEVICE = new Set([
  "lineNegotiateAPIVersion",
  "lineGetDevCapsW",
  "lineGetAddressCapsW",
  "lineOpenW",
]);
/** lineGetMessage is there to wait. */
const NOT_WATCHED = new Set(["lineGetMessage", "lineGetMessageNow"]);

/** Where no agent handler runs, TAPI refuses the question whether a line has an agent. */
function isNoAgent(fn: string, answer: number): boolean {
  return fn === "lineGetAgentStatusW" && answer >>> 0 === LINEERR.OPERATIONUNAVAIL;
}

type Callable = (...args: unknown[]) => Long;

export interface WatchedLibrary {
  /** Does what the library does. */
  readonly library: TapiLibrary;
  /** The functions that have not returned for `ageMs` or longer, oldest first. */
  pendingSince(ageMs: number): PendingFunction[];
}

/**
 * Keeps track of a library's functions while they run, and bounds how many run.
 *
 * Each takes one of the runtime's blocking threads, which lineGetMessage shares: with all of them in
 * functions that hang, no message would be heard. Those over the bound wait for their turn.
 *
 * @param mostAtOnce How many functions may run, besides lineGetMessage.
 * @param onError Receives the name of each error that a function returns.
 */
export function watch(
  library: TapiLibrary,
  clock: Clock,
  mostAtOnce: number,
  onError?: (name: string) => void,
): WatchedLibrary {
  const pending = new Set<PendingFunction>();
  const places = new Semaphore(mostAtOnce);
  let shutdowns = 0;

  const watched: Record<string, unknown> = {};
  for (const fn of Object.keys(TAPI_SYMBOLS) as (keyof TapiLibrary)[]) {
    const call = library[fn] as Callable | null;
    watched[fn] = call === null || NOT_WATCHED.has(fn) ? call : async (...args: unknown[]) => {
      if (fn === "lineShutdown") shutdowns++;
      const shutdownsBefore = shutdowns;
      // With a place that is free, the function is called in this turn.
      const leave = places.tryEnter() ?? await places.enter();
      // Shut down while it waited: its handles may be another session's by now. TAPI says the same.
      if (shutdowns !== shutdownsBefore && fn !== "lineShutdown") {
        leave();
        return LINEERR.INVALAPPHANDLE | 0;
      }
      const entry: PendingFunction = {
        fn,
        handle: Number(args[0]),
        deviceId: ABOUT_A_DEVICE.has(fn) ? Number(args[1]) : undefined,
        sinceMs: clock.uptimeMs(),
      };
      pending.add(entry);
      try {
        const answer = await call(...args);
        if (answer < 0 && !isNoAgent(fn, answer)) onError?.(lineErrorName(answer));
        return answer;
      } finally {
        pending.delete(entry);
        leave();
      }
    };
  }
  return {
    // Built above from the library itself, one function for one function.
    library: watched as unknown as TapiLibrary,
    pendingSince: (ageMs) => {
      const latestMs = clock.uptimeMs() - ageMs;
      return [...pending].filter(({ sinceMs }) => sinceMs <= latestMs);
    },
  };
}
