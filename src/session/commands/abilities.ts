/**
 * What can be done with a call and with a line, out of TAPI's feature bits: the one place that says
 * what a bit means.
 */
import {
  has,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEFEATURE,
} from "../../tapi/constants.ts";

const CAN = LINECALLFEATURE;

/** The LINECALLFEATURE_ bits of which any one makes an ability; in the order of the bus's words. */
export const CALL_ABILITY_FEATURES = {
  answer: CAN.ANSWER,
  drop: CAN.DROP,
  hold: CAN.HOLD,
  unhold: CAN.UNHOLD,
  swap: CAN.SWAPHOLD,
  transfer: CAN.BLINDTRANSFER,
  consult: CAN.SETUPTRANSFER | CAN.SETUPCONF | CAN.PREPAREADDCONF,
  complete: CAN.COMPLETETRANSF | CAN.ADDTOCONF,
  park: CAN.PARK,
  redirect: CAN.REDIRECT,
  dtmf: CAN.GENERATEDIGITS,
} as const;
export type CallAbilityName = keyof typeof CALL_ABILITY_FEATURES;

/** LINEADDRFEATURE_ and LINEFEATURE_ bits of one line: what an address can do, and what its device. */
export interface LineFeatures {
  readonly address: number;
  readonly line: number;
}

const ADDRESS = LINEADDRFEATURE;

/** The bits of which any one makes an ability; in the order of the bus's words. */
export const LINE_ABILITY_FEATURES = {
  dial: { address: ADDRESS.MAKECALL, line: LINEFEATURE.MAKECALL },
  unpark: { address: ADDRESS.UNPARK, line: 0 },
  pickup: {
    address: ADDRESS.PICKUP | ADDRESS.PICKUPHELD | ADDRESS.PICKUPGROUP | ADDRESS.PICKUPDIRECT |
      ADDRESS.PICKUPWAITING,
    line: 0,
  },
  forward: {
    address: ADDRESS.FORWARD | ADDRESS.FORWARDFWD | ADDRESS.FORWARDDND,
    line: LINEFEATURE.FORWARD | LINEFEATURE.FORWARDFWD | LINEFEATURE.FORWARDDND,
  },
} as const satisfies Readonly<Record<string, LineFeatures>>;
export type LineAbilityName = keyof typeof LINE_ABILITY_FEATURES;

const CALL_ENTRIES = Object.entries(CALL_ABILITY_FEATURES) as [CallAbilityName, number][];
const LINE_ENTRIES = Object.entries(LINE_ABILITY_FEATURES) as [LineAbilityName, LineFeatures][];
/** The features that matter, so that the lists stay few whatever a provider reports. */
const CALL_FEATURES = CALL_ENTRIES.reduce((all, [, features]) => all | features, 0);

const callLists = new Map<number, readonly CallAbilityName[]>();
const lineLists = new Map<string, readonly LineAbilityName[]>();

/** Nothing is known of what a line can do. */
export const NO_FEATURES: LineFeatures = { address: 0, line: 0 };

/**
 * What can be done with a call now. The same abilities are the same array, so that a change shows by
 * comparing references.
 *
 * @param features LINECALLSTATUS.dwCallFeatures.
 * @param capsFeatures LINEADDRESSCAPS.dwCallFeatures: a bit that is 0 there means "never". 0 where it
 * is not known, and then nothing is taken away.
 */
export function callAbilities(features: number, capsFeatures = 0): readonly CallAbilityName[] {
  const possible = features & CALL_FEATURES & (capsFeatures === 0 ? ~0 : capsFeatures);
  let list = callLists.get(possible);
  if (list === undefined) {
    const names = CALL_ENTRIES.flatMap(([name, needed]) => (possible & needed) !== 0 ? name : []);
    list = [...callLists.values()].find((known) => known.join() === names.join()) ?? names;
    callLists.set(possible, list);
  }
  return list;
}

/** Of a line that is not open. */
export const NO_LINE_ABILITIES: readonly LineAbilityName[] = [];

/**
 * What can be done on a line now. The same abilities are the same array.
 *
 * A provider that reports no feature at all does not keep them: then what its line can ever do counts,
 * and where it does not tell that either, dialling alone, which every provider has.
 *
 * @param features LINEADDRESSSTATUS.dwAddressFeatures and LINEDEVSTATUS.dwLineFeatures.
 * @param caps LINEADDRESSCAPS.dwAddressFeatures and LINEDEVCAPS.dwLineFeatures; a bit that is 0 there
 * means "never", unless all are.
 */
export function lineAbilities(
  features: LineFeatures,
  caps: LineFeatures,
): readonly LineAbilityName[] {
  const reported = isKnown(features) ? features : isKnown(caps) ? caps : DIAL_ONLY;
  const address = reported.address & (caps.address === 0 ? ~0 : caps.address);
  const line = reported.line & (caps.line === 0 ? ~0 : caps.line);
  const names = LINE_ENTRIES.flatMap(([name, needed]) =>
    (address & needed.address) !== 0 || (line & needed.line) !== 0 ? name : []
  );
  const list = lineLists.get(names.join()) ?? names;
  lineLists.set(names.join(), list);
  return list;
}

const DIAL_ONLY: LineFeatures = LINE_ABILITY_FEATURES.dial;

function isKnown({ address, line }: LineFeatures): boolean {
  return address !== 0 || line !== 0;
}

const HELD = LINECALLSTATE.ONHOLD | LINECALLSTATE.ONHOLDPENDTRANSFER | LINECALLSTATE.ONHOLDPENDCONF;
/** The states in which a consultation call can be transferred to. */
const CONSULTED = LINECALLSTATE.CONNECTED | LINECALLSTATE.RINGBACK | LINECALLSTATE.BUSY |
  LINECALLSTATE.PROCEEDING;

/**
 * The dwCallFeatures that TAPI's documentation allows a state, for a provider that does not tell: some
 * report 0 to those who only monitor a call, although they may become its owner at any time.
 *
 * @param state LINECALLSTATE_ of the call.
 * @param others LINECALLSTATE_ bits of the line's other calls.
 * @see https://learn.microsoft.com/windows/win32/tapi/call-states
 */
export function featuresOfState(state: number, others: number): number {
  switch (state) {
    case 0:
    case LINECALLSTATE.IDLE:
      return 0;
    case LINECALLSTATE.OFFERING:
      return CAN.ANSWER | CAN.DROP | CAN.REDIRECT;
    case LINECALLSTATE.ACCEPTED:
      return CAN.ANSWER | CAN.DROP;
    case LINECALLSTATE.CONNECTED:
      return CAN.DROP | CAN.HOLD | CAN.BLINDTRANSFER | CAN.SETUPTRANSFER | CAN.PARK |
        CAN.GENERATEDIGITS | ((others & HELD) !== 0 ? CAN.SWAPHOLD | CAN.COMPLETETRANSF : 0);
    case LINECALLSTATE.ONHOLD:
    case LINECALLSTATE.ONHOLDPENDTRANSFER:
      return CAN.DROP | CAN.UNHOLD |
        (has(others, LINECALLSTATE.CONNECTED) ? CAN.SWAPHOLD : 0) |
        ((others & CONSULTED) !== 0 ? CAN.COMPLETETRANSF : 0);
    case LINECALLSTATE.ONHOLDPENDCONF:
      return CAN.DROP | CAN.UNHOLD |
        (has(others, LINECALLSTATE.CONNECTED) ? CAN.SWAPHOLD | CAN.ADDTOCONF : 0);
    default:
      return CAN.DROP |
        ((state & CONSULTED) !== 0 && (others & HELD) !== 0 ? CAN.COMPLETETRANSF : 0);
  }
}
