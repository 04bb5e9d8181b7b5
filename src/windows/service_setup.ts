/** The configuration of a service to install, and the structs for ChangeServiceConfig2W. */
import { SC, SERVICE } from "./constants.ts";
import {
  SC_ACTION,
  SERVICE_DESCRIPTIONW,
  SERVICE_FAILURE_ACTIONS_FLAG,
  SERVICE_FAILURE_ACTIONSW,
  SERVICE_PRESHUTDOWN_INFO,
} from "./structs.ts";
import type { Arena } from "./windows.ts";

/** The configuration of a service. */
export interface ServiceSetup {
  readonly displayName: string;
  readonly description: string;
  /** The path of the executable, in quotation marks, and its arguments. */
  readonly commandLine: string;
  /** Such as `NT SERVICE\Tapi2Ws` or `LocalSystem`. */
  readonly account: string;
  /** "" for the accounts of Windows; `null` for virtual and managed accounts, as Windows wants it. */
  readonly password: string | null;
  /** Services that have to start first. */
  readonly dependencies: readonly string[];
  /** Delays before restarts after failures; the last one is used from then on. */
  readonly restartDelaysMs: readonly number[];
  /** How long Windows waits for the service during shutdown. */
  readonly preshutdownTimeoutMs: number;
}

/** Failures are no longer counted after a day without one. */
const FAILURE_RESET_S = 86_400;

/** The levels of ChangeServiceConfig2W, each with its struct. */
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
