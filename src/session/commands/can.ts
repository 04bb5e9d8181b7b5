/** The commands that a call and a line take now, from TAPI's feature bits and the table of commands. */
import {
  CALL_COMMANDS,
  type CallCommandName,
  LINE_COMMANDS,
  type LineCommandName,
} from "../../model/command.ts";
import { HELD_STATES } from "../../tapi/call_states.ts";
import {
  has,
  LINECALLCOMPLMODE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEDEVSTATUSFLAGS,
} from "../../tapi/constants.ts";
import { type AddressFeatures, type LineFeatures, NO_FEATURES } from "../description.ts";
import { TABLE } from "./table.ts";

const CAN = LINECALLFEATURE;

/** The features that matter, so that the lists stay few whatever a driver reports. */
const CALL_FEATURES = CALL_COMMANDS.reduce((all, name) => all | TABLE[name].features, 0);

const callLists = new Map<number, readonly CallCommandName[]>();
const lineLists = new Map<string, readonly LineCommandName[]>();

/**
 * The commands that a call takes now. The same commands are the same array, so that a change shows by
 * comparing references.
 *
 * @param features LINECALLSTATUS.dwCallFeatures.
 * @param capsFeatures LINEADDRESSCAPS.dwCallFeatures: a bit that is 0 there means "never". If it is 0,
 * it is not known, and nothing is taken away.
 */
export function callCommands(features: number, capsFeatures = 0): readonly CallCommandName[] {
  const possible = features & CALL_FEATURES & (capsFeatures === 0 ? ~0 : capsFeatures);
  let list = callLists.get(possible);
  if (list === undefined) {
    const names = CALL_COMMANDS.filter((name) => (possible & TABLE[name].features) !== 0);
    list = [...callLists.values()].find((known) => known.join() === names.join()) ?? names;
    callLists.set(possible, list);
  }
  return list;
}

/** For a line that is not open. */
export const NO_LINE_COMMANDS: readonly LineCommandName[] = [];

/**
 * The commands that a line takes now. The same commands are the same array.
 *
 * A driver that reports no feature at all does not keep them: then everything that its line can ever do
 * counts, and if it does not report that either, dialling alone, which every driver has.
 *
 * @param features LINEADDRESSSTATUS.dwAddressFeatures and LINEDEVSTATUS.dwLineFeatures.
 * @param caps LINEADDRESSCAPS.dwAddressFeatures and LINEDEVCAPS.dwLineFeatures; a bit that is 0 there
 * means "never", unless all are.
 * @param more The commands that the line takes by its vendor's means, or because it has an agent.
 */
export function lineCommands(
  features: LineFeatures,
  caps: LineFeatures & Partial<AddressFeatures>,
  more: readonly LineCommandName[] = [],
): readonly LineCommandName[] {
  const reported = [features, caps].find(isKnown) ?? TABLE.dial.features;
  const address = reported.address & (caps.address === 0 ? ~0 : caps.address);
  const line = reported.line & (caps.line === 0 ? ~0 : caps.line);
  const { call, completionModes, settable } = { ...NO_FEATURES, ...caps };
  /** Commands that other features than those of addresses and devices stand for. */
  const others: Partial<Record<LineCommandName, boolean>> = {
    // Without pickup, a call that rings on another line is redirected.
    pickup: has(call, CAN.REDIRECT),
    lamp: has(settable, LINEDEVSTATUSFLAGS.MSGWAIT),
    intrude: has(completionModes, LINECALLCOMPLMODE.INTRUDE),
  };
  const names = LINE_COMMANDS.filter((name) => {
    const needed = TABLE[name].features;
    return (address & needed.address) !== 0 || (line & needed.line) !== 0 ||
      others[name] === true || more.includes(name);
  });
  const list = lineLists.get(names.join()) ?? names;
  lineLists.set(names.join(), list);
  return list;
}

function isKnown({ address, line }: LineFeatures): boolean {
  return address !== 0 || line !== 0;
}

/** The states in which a consultation call can be transferred to. */
const CONSULTED = LINECALLSTATE.CONNECTED | LINECALLSTATE.RINGBACK | LINECALLSTATE.BUSY |
  LINECALLSTATE.PROCEEDING;

/**
 * The dwCallFeatures that TAPI's documentation allows a state, for a driver that does not report them:
 * some report 0 to those who only monitor a call, although they may become its owner at any time.
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
        CAN.GENERATEDIGITS | ((others & HELD_STATES) !== 0 ? CAN.SWAPHOLD | CAN.COMPLETETRANSF : 0);
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
        ((state & CONSULTED) !== 0 && (others & HELD_STATES) !== 0 ? CAN.COMPLETETRANSF : 0);
  }
}
