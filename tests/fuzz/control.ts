/**
 * The functions of the hostile library that do something to calls: the handles that they are given are
 * looked up in the books, and their replies come early, late, or only at the end.
 */
import { LINEERR } from "../../src/tapi/constants.ts";
import type { Memory, TapiLibrary } from "../../src/tapi/library.ts";
import { LINEAGENTGROUPLIST, LINEAGENTSTATUS, VARSTRING } from "../../src/tapi/structs.ts";
import { corrupt } from "./bytes.ts";
import type { Exchange, Outcome } from "./exchange.ts";
import type { GivenLine } from "./ledger.ts";

const IDLE = 1;
/** Longer than any command is waited for. */
const LATE_REPLY_MS = 13_000;
const INVALID_CALL = LINEERR.INVALCALLHANDLE | 0;
const INVALID_LINE = LINEERR.INVALLINEHANDLE | 0;

type Control = Pick<
  TapiLibrary,
  | "lineMakeCallW"
  | "lineDialW"
  | "lineDrop"
  | "lineAnswer"
  | "lineHold"
  | "lineUnhold"
  | "lineSwapHold"
  | "lineBlindTransferW"
  | "lineRedirectW"
  | "lineSetupTransferW"
  | "lineCompleteTransfer"
  | "lineSetupConferenceW"
  | "linePrepareAddToConferenceW"
  | "lineAddToConference"
  | "lineParkW"
  | "lineUnparkW"
  | "linePickupW"
  | "lineForwardW"
  | "lineGenerateDigitsW"
  | "lineCompleteCall"
  | "lineSetLineDevStatus"
  | "lineDevSpecific"
  | "lineGetAgentStatusW"
  | "lineGetAgentGroupListW"
  | "lineSetAgentGroup"
>;

export function createHostileControl(exchange: Exchange): Control {
  const { random, ledger } = exchange;
  const orLacking = <F>(fn: F): F | null => random.oneIn(20) ? null : fn;

  /** A request about calls; some of them end by it. */
  const onCalls = (fn: string, handles: readonly number[], ...outs: Memory[]) => {
    const calls = handles.map((handle) => ledger.useCall(fn, handle));
    const [call] = calls;
    if (call === undefined || calls.includes(undefined)) return Promise.resolve(INVALID_CALL);
    if (random.oneIn(4)) exchange.postState(call.line, call.handle, IDLE);
    return request(exchange, call.line, making(exchange, call.line, outs));
  };
  const onLine = (fn: string, handle: number, ...outs: Memory[]) => {
    const line = ledger.useLine(fn, handle);
    if (line === undefined) return Promise.resolve(INVALID_LINE);
    return request(exchange, line, making(exchange, line, outs));
  };

  /** A request that writes a struct. */
  const filling = (fn: string, handle: number, into: Memory, fixedBytes: number) => {
    const line = ledger.useLine(fn, handle);
    if (line === undefined) return Promise.resolve(INVALID_LINE);
    return request(exchange, line, { write: () => corrupt(random, into, fixedBytes) });
  };

  return {
    lineMakeCallW(handle, out) {
      if (exchange.making !== "a late reply") return onLine("lineMakeCallW", handle, out);
      exchange.making = undefined;
      const line = ledger.useLine("lineMakeCallW", handle);
      if (line === undefined) return Promise.resolve(INVALID_LINE);
      exchange.played("lineMakeCall whose reply comes late, and a drop meanwhile");
      const requestId = exchange.newRequestId();
      exchange.owed.set(requestId, { requestId, line, ...making(exchange, line, [out]) });
      exchange.clock.setTimeout(() => exchange.postReply(requestId, 0), LATE_REPLY_MS);
      return Promise.resolve(requestId);
    },
    lineDrop: (call) => onCalls("lineDrop", [call]),
    lineDialW: orLacking((call) => onCalls("lineDialW", [call])),
    lineAnswer: orLacking((call) => onCalls("lineAnswer", [call])),
    lineHold: orLacking((call) => onCalls("lineHold", [call])),
    lineUnhold: orLacking((call) => onCalls("lineUnhold", [call])),
    lineSwapHold: orLacking((active, held) => onCalls("lineSwapHold", [active, held])),
    lineBlindTransferW: orLacking((call) => onCalls("lineBlindTransferW", [call])),
    lineRedirectW: orLacking((call) => onCalls("lineRedirectW", [call])),
    lineSetupTransferW: orLacking((call, out) => onCalls("lineSetupTransferW", [call], out)),
    lineCompleteTransfer: orLacking((call, consultation, out) =>
      onCalls("lineCompleteTransfer", [call, consultation], out)
    ),
    lineSetupConferenceW: orLacking((call, line, conference, consultation) => {
      ledger.useLine("lineSetupConferenceW", line);
      return onCalls("lineSetupConferenceW", [call], conference, consultation);
    }),
    linePrepareAddToConferenceW: orLacking((conference, out) =>
      onCalls("linePrepareAddToConferenceW", [conference], out)
    ),
    lineAddToConference: orLacking((conference, consultation) =>
      onCalls("lineAddToConference", [conference, consultation])
    ),
    lineParkW: orLacking((handle, _mode, _address, out) => {
      const call = ledger.useCall("lineParkW", handle);
      if (call === undefined) return Promise.resolve(INVALID_CALL);
      const write = () => {
        if (out !== null) corrupt(random, out, VARSTRING.size);
      };
      return request(exchange, call.line, { write });
    }),
    lineUnparkW: orLacking((line, _addressId, out) => onLine("lineUnparkW", line, out)),
    linePickupW: orLacking((line, _addressId, out) => onLine("linePickupW", line, out)),
    lineForwardW: orLacking((line, _all, _addressId, _list, _rings, out) =>
      onLine("lineForwardW", line, out)
    ),
    lineCompleteCall: orLacking((call) => onCalls("lineCompleteCall", [call])),
    lineSetLineDevStatus: orLacking((line) => onLine("lineSetLineDevStatus", line)),
    lineDevSpecific: orLacking((line, _addressId, _call, bytes) => {
      const given = ledger.useLine("lineDevSpecific", line);
      if (given === undefined) return Promise.resolve(INVALID_LINE);
      return request(exchange, given, { write: () => corrupt(random, bytes, 0) });
    }),
    lineGetAgentStatusW: orLacking((line, _addressId, out) =>
      filling("lineGetAgentStatusW", line, out, LINEAGENTSTATUS.size)
    ),
    lineGetAgentGroupListW: orLacking((line, _addressId, out) =>
      filling("lineGetAgentGroupListW", line, out, LINEAGENTGROUPLIST.size)
    ),
    lineSetAgentGroup: orLacking((line) => onLine("lineSetAgentGroup", line)),
    lineGenerateDigitsW: orLacking((call) => {
      ledger.useCall("lineGenerateDigitsW", call);
      return exchange.inTime(() => exchange.failure() ?? 0);
    }),
  };
}

/** Calls that are made: new ones, ones that were announced meanwhile, or none at all. */
function making(exchange: Exchange, line: GivenLine, outs: readonly Memory[]): Outcome {
  const { random } = exchange;
  const isNone = outs.length > 0 && exchange.making === "no handle";
  if (isNone) {
    exchange.making = undefined;
    exchange.played("success without a handle");
  }
  return {
    outs: outs.map((memory) => {
      const handle = isNone || random.oneIn(10) ? 0 : exchange.newCallHandle();
      if (handle !== 0 && random.oneIn(4)) exchange.postNewCall(line, handle);
      return { memory, handle };
    }),
  };
}

/** An asynchronous function: its reply comes early, late, or only at the end. */
function request(exchange: Exchange, line: GivenLine, outcome: Outcome): Promise<number> {
  const { random } = exchange;
  const failure = exchange.failure();
  if (failure !== undefined) return exchange.inTime(() => failure);
  if (random.oneIn(10)) {
    // 0 is no request id, and is taken for "done".
    return exchange.inTime(() => {
      exchange.handOver(line, outcome);
      return 0;
    });
  }
  const requestId = exchange.newRequestId();
  exchange.owed.set(requestId, { requestId, line, ...outcome });
  if (random.oneIn(3)) exchange.postReply(requestId, 0);
  return exchange.inTime(() => requestId);
}
