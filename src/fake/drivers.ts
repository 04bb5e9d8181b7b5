/** The drivers that the fake exchange can pretend to be: how the same telephone shows itself to applications. */
import type { FakeDriver } from "../model/simulation.ts";
import {
  LINEADDRFEATURE,
  LINECALLCOMPLMODE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINEDEVSTATE,
  LINEDEVSTATUSFLAGS,
  LINEFEATURE,
  LINEPARKMODE,
} from "../tapi/constants.ts";
import { type Lacks, LINE_FEATURES, LINE_STATES } from "./exchange/abilities.ts";

interface Driver {
  /** LINEDEVCAPS' provider info. */
  readonly providerInfo: string;
  readonly switchInfo: string;
  /** LINEDEVCAPS.dwLineStates. */
  readonly lineStates: number;
  /** LINEDEVCAPS.dwLineFeatures. */
  readonly lineFeatures: number;
  /** LINEADDRESSCAPS.dwParkModes. */
  readonly parkModes: number;
  /** LINEADDRESSCAPS.dwCallCompletionModes. */
  readonly completionModes: number;
  /** LINEDEVCAPS.dwSettableDevStatus. */
  readonly settableStatus: number;
  /** Features that the exchange has and the driver lacks. */
  readonly lacks: Lacks;
  /** Whether a telephone's settings are in a block of the vendor's, and changed by lineDevSpecific. */
  readonly hasBlock: boolean;
}

const { MSGWAITOFF, MSGWAITON } = LINEDEVSTATE;
const { FORWARD, FORWARDDND, FORWARDFWD, PICKUP, PICKUPDIRECT, PICKUPGROUP } = LINEADDRFEATURE;

export const DRIVERS = {
  /** TAPI's own members and functions. */
  tapi: {
    providerInfo: "Tapi2Ws fake exchange",
    switchInfo: "Fake exchange",
    lineStates: LINE_STATES,
    lineFeatures: LINE_FEATURES,
    parkModes: LINEPARKMODE.DIRECTED | LINEPARKMODE.NONDIRECTED,
    completionModes: LINECALLCOMPLMODE.INTRUDE,
    settableStatus: LINEDEVSTATUSFLAGS.MSGWAIT,
    lacks: { call: 0, call2: 0, address: 0 },
    hasBlock: false,
  },
  /** As far as it is known: no forwarding, pickup and message lamp of TAPI's. */
  avaya_ip_office: {
    providerInfo: "Avaya",
    switchInfo: "IP Office",
    lineStates: LINE_STATES & ~(MSGWAITOFF | MSGWAITON) | LINEDEVSTATE.DEVSPECIFIC,
    lineFeatures: LINEFEATURE.MAKECALL,
    parkModes: LINEPARKMODE.DIRECTED,
    completionModes: 0,
    settableStatus: 0,
    lacks: {
      call: LINECALLFEATURE.COMPLETECALL,
      call2: LINECALLFEATURE2.PARKNONDIRECT | LINECALLFEATURE2.COMPLINTRUDE,
      address: FORWARD | FORWARDFWD | FORWARDDND | PICKUP | PICKUPDIRECT | PICKUPGROUP,
    },
    hasBlock: true,
  },
} as const satisfies Readonly<Record<FakeDriver, Driver>>;

/** @returns The features that neither the exchange, as it is set, nor the driver has. */
export function lacksOf(lacks: Lacks, name: FakeDriver): Lacks {
  const { call, call2, address } = DRIVERS[name].lacks;
  return {
    call: lacks.call | call,
    call2: lacks.call2 | call2,
    address: lacks.address | address,
  };
}
