/**
 * How TAPI carries out each command: one row for each name of `model/command.ts`. Finding the target,
 * carrying out and `can` read it.
 */
import {
  type CommandName,
  type CommandOf,
  type CommandOutcome,
  type COMMANDS,
  DTMF_DIGITS,
  type LineCommandName,
} from "../../model/command.ts";
import { ALL_STATES, ENDED_STATES, HELD_STATES, RINGING_STATES } from "../../tapi/call_states.ts";
import {
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEDIGITMODE,
  LINEFEATURE,
} from "../../tapi/constants.ts";
import { callParamsFor, NO_COUNTRY } from "../../tapi/call_params.ts";
import type { ArgumentsOf, FunctionName } from "../../tapi/invoke.ts";
import { encodeText } from "../../tapi/text.ts";
import type { TapiCall } from "../call.ts";
import { type LineFeatures, NO_LINE_FEATURES } from "../description.ts";
import type { TapiLine } from "../line.ts";
import { complete, consult } from "./consultation.ts";
import { makeCall } from "./dialling.ts";
import { drop } from "./drop.ts";
import { CommandFailure } from "./errors.ts";
import { forget } from "./forget.ts";
import { park, pickup, unpark } from "./parking.ts";
import type { Requests } from "./requests.ts";
import {
  byVendorOr,
  doNotDisturb,
  forwardByAnyMeans,
  groupByAnyMeans,
  intrude,
  lamp,
  notByTapi,
  vendorBytes,
} from "./settings.ts";

/** dwDuration: as long as the driver likes. */
const DEFAULT_DURATION = 0;

/** The active call of a line and the one on hold. */
export interface CallPair {
  readonly active: TapiCall;
  readonly held: TapiCall;
}

interface TargetOf {
  readonly call: TapiCall;
  readonly line: TapiLine;
  readonly pair: CallPair;
}

export interface Row<C extends CommandName> {
  /** The function that does it, or that begins it. */
  readonly fn: FunctionName;
  /** LINECALLFEATURE_ bits of a call, or bits of a line, any one of which makes `can` name the command. */
  readonly features: C extends LineCommandName ? LineFeatures : number;
  /** LINECALLSTATE_ bits of the calls that it can be about. */
  readonly states?: number;
  /** @throws CommandFailure, TapiError, MissingFunctionError */
  carryOut(
    requests: Requests,
    target: TargetOf[typeof COMMANDS[C]["target"]],
    command: CommandOf<C>,
  ): Promise<CommandOutcome>;
}

const CAN = LINECALLFEATURE;
const ADDRESS = LINEADDRFEATURE;
const { CONNECTED, CONFERENCED } = LINECALLSTATE;

interface WithNumber {
  readonly number: string;
}

export const TABLE: { readonly [C in CommandName]: Row<C> } = {
  answer: onCall("lineAnswer", CAN.ANSWER, RINGING_STATES, ({ handle }) => [handle, null, 0]),
  drop: {
    fn: "lineDrop",
    features: CAN.DROP,
    states: ALL_STATES & ~(ENDED_STATES | CONFERENCED),
    carryOut: drop,
  },
  hold: onCall("lineHold", CAN.HOLD, CONNECTED, ({ handle }) => [handle]),
  unhold: onCall("lineUnhold", CAN.UNHOLD, HELD_STATES, ({ handle }) => [handle]),
  swap: {
    fn: "lineSwapHold",
    features: CAN.SWAPHOLD,
    async carryOut(requests, { active, held }) {
      const calls = [active, held] as const;
      await requests.own(calls, CAN.SWAPHOLD);
      await requests.send(calls, "lineSwapHold", active.handle, held.handle);
      return {};
    },
  },
  transfer: onCall(
    "lineBlindTransferW",
    CAN.BLINDTRANSFER,
    CONNECTED,
    ({ handle }, { number }: WithNumber) => [handle, encodeText(number), NO_COUNTRY],
  ),
  consult: {
    fn: "lineSetupTransferW",
    features: CAN.SETUPTRANSFER | CAN.SETUPCONF | CAN.PREPAREADDCONF,
    states: CONNECTED,
    carryOut: consult,
  },
  complete: {
    fn: "lineCompleteTransfer",
    features: CAN.COMPLETETRANSF | CAN.ADDTOCONF,
    carryOut: complete,
  },
  park: { fn: "lineParkW", features: CAN.PARK, states: CONNECTED, carryOut: park },
  redirect: onCall(
    "lineRedirectW",
    CAN.REDIRECT,
    RINGING_STATES,
    ({ handle }, { number }: WithNumber) => [handle, encodeText(number), NO_COUNTRY],
  ),
  dtmf: {
    fn: "lineGenerateDigitsW",
    features: CAN.GENERATEDIGITS,
    states: CONNECTED,
    /** Done when the function returns; the end of the tones is not awaited. */
    async carryOut(requests, call, { digits }) {
      if (!DTMF_DIGITS.test(digits)) {
        throw new CommandFailure("bad_request", "digits: expected 0 to 9, A to D, *, # and commas");
      }
      await requests.own([call], CAN.GENERATEDIGITS);
      const { handle } = call;
      const text = encodeText(digits);
      const { DTMF } = LINEDIGITMODE;
      await requests.send([call], "lineGenerateDigitsW", handle, DTMF, text, DEFAULT_DURATION);
      return {};
    },
  },
  forget: { fn: "lineDeallocateCall", features: 0, carryOut: forget },
  dial: {
    fn: "lineMakeCallW",
    features: { address: ADDRESS.MAKECALL, line: LINEFEATURE.MAKECALL },
    /** Done when the driver has accepted it, which is long before anyone answers. */
    async carryOut(requests, line, { number }) {
      const to = encodeText(number);
      const params = callParamsFor(line.addressId);
      const { handle } = line.device;
      const call = await makeCall(
        requests,
        line,
        { dialled: number },
        "lineMakeCallW",
        (memory) => [handle, memory, to, NO_COUNTRY, params],
      );
      return { call: call.id };
    },
  },
  unpark: { fn: "lineUnparkW", features: { address: ADDRESS.UNPARK, line: 0 }, carryOut: unpark },
  pickup: {
    fn: "linePickupW",
    features: {
      address: ADDRESS.PICKUP | ADDRESS.PICKUPGROUP | ADDRESS.PICKUPDIRECT,
      line: 0,
    },
    carryOut: pickup,
  },
  forward: {
    fn: "lineForwardW",
    features: {
      address: ADDRESS.FORWARD | ADDRESS.FORWARDFWD,
      line: LINEFEATURE.FORWARD | LINEFEATURE.FORWARDFWD,
    },
    carryOut: forwardByAnyMeans,
  },
  dnd: {
    fn: "lineForwardW",
    features: { address: ADDRESS.FORWARDDND, line: LINEFEATURE.FORWARDDND },
    carryOut: doNotDisturb,
  },
  group: {
    fn: "lineSetAgentGroup",
    features: NO_LINE_FEATURES,
    carryOut: groupByAnyMeans,
  },
  login: vendorsOnly(),
  logout: vendorsOnly(),
  account: vendorsOnly(),
  lamp: { fn: "lineSetLineDevStatus", features: NO_LINE_FEATURES, carryOut: lamp },
  intrude: { fn: "lineCompleteCall", features: NO_LINE_FEATURES, carryOut: intrude },
  listen: vendorsOnly(),
  vendor: {
    fn: "lineDevSpecific",
    features: { address: 0, line: LINEFEATURE.DEVSPECIFIC },
    carryOut: vendorBytes,
  },
};

/** The row of a command that TAPI has no function for. */
function vendorsOnly() {
  return {
    fn: "lineDevSpecific",
    features: NO_LINE_FEATURES,
    carryOut: byVendorOr(notByTapi),
  } as const;
}

/** The row of a command that is one function, on one call that has the feature. */
function onCall<F extends FunctionName, P>(
  fn: F,
  features: number,
  states: number,
  args: (call: TapiCall, command: P) => ArgumentsOf<F>,
) {
  return {
    fn,
    features,
    states,
    async carryOut(requests: Requests, call: TapiCall, command: P): Promise<CommandOutcome> {
      await requests.own([call], features);
      await requests.send([call], fn, ...args(call, command));
      return {};
    },
  };
}
