/** How a service is to be set up, and the structs by which Windows takes most of it. */
import { SC, SERVICE } from "./constants.ts";
import {
  SC_ACTION,
  SERVICE_DESCRIPTIONW,
  SERVICE_FAILURE_ACTIONS_FLAG,
  SERVICE_FAILURE_ACTIONSW,
  SERVICE_PRESHUTDOWN_INFO,
} from "./structs.ts";
import type { Arena } from "./windows.ts";

/** How a service is set up. */
export interface ServiceSetup {
  readonly displayName: string;
  readonly description: string;
  /** The quoted path of the executable, and its arguments. */
  readonly commandLine: string;
  /** Such as `NT SERVICE\Tapi2Ws` or `LocalSystem`. */
  readonly account: string;
  /** Only an account of people has one. */
  readonly password?: string | undefined;
  /** Services that have to run before. */
  readonly dependencies: readonly string[];
  /** After a failure it is started again after so long; the last one holds from then on. */
  readonly restartDelaysMs: readonly number[];
  /** Windows waits so long for it when it shuts down. */
  readonly preshutdownTimeoutMs: number;
}

/** A failure is forgotten after a day without another. */
const FAILURE_RESET_S = 86_400;

/** What ChangeServiceConfig2W takes: levels, and a struct for each. */
export function furtherSetup(
  { description, restartDelaysMs, preshutdownTimeoutMs }: ServiceSetup,
  arena: Arena,
): readonly (readonly [level: number, info: Uint8Array<ArrayBuffer>])[] {
  const actions = new Uint8Array(restartDelaysMs.length * SC_ACTION.size);
  for (const [i, Delay] of restartDelaysMs.entries()) {
    actions.set(SC_ACTION.write({ Type: SC.ACTION_RESTART, Delay }), i * SC_ACTION.size);
  }
  return [
    [
      SERVICE.CONFIG_DESCRIPTION,
      SERVICE_DESCRIPTIONW.write({ lpDescription: arena.text(description) }),
    ],
    [
      SERVICE.CONFIG_FAILURE_ACTIONS,
      SERVICE_FAILURE_ACTIONSW.write({
        dwResetPeriod: FAILURE_RESET_S,
        cActions: restartDelaysMs.length,
        lpsaActions: arena.place(actions),
      }),
    ],
    [
      SERVICE.CONFIG_FAILURE_ACTIONS_FLAG,
      SERVICE_FAILURE_ACTIONS_FLAG.write({ fFailureActionsOnNonCrashFailures: 1 }),
    ],
    [
      SERVICE.CONFIG_PRESHUTDOWN_INFO,
      SERVICE_PRESHUTDOWN_INFO.write({ dwPreshutdownTimeout: preshutdownTimeoutMs }),
    ],
  ];
}
