/** The requests that change what a telephone is set to, and those that break in on calls. */
import {
  LINECALLCOMPLMODE,
  LINECALLFEATURE,
  LINEDEVSTATUSFLAGS,
  LINEERR,
} from "../../tapi/constants.ts";
import { DRIVERS } from "../drivers.ts";
import { Refusal } from "../refusal.ts";
import { featureOf } from "./avaya_features.ts";
import { extensionAt } from "./devices.ts";
import { viewOf, writeU32 } from "./fill.ts";
import { HANDLE_BYTES } from "./requests.ts";
import { functionsOf } from "./service.ts";

/** The bytes that the driver leaves in memory that it was lent. */
const SCRATCH = 0xdd;

export const settingRequests = functionsOf(({ exchange, handles, requests }) => ({
  lineDevSpecific(line, addressId, call, params, size) {
    const open = handles.line(line);
    const extension = extensionAt(open.device, addressId);
    if (!DRIVERS[open.device.driver].hasBlock) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
    if (call !== 0) throw new Refusal(LINEERR.INVALCALLHANDLE);
    viewOf(params, size);
    const feature = featureOf(params.subarray(0, size));
    return requests.start(open, () => {
      feature({ exchange, extension });
      return { write: () => void params.fill(SCRATCH, 0, size) };
    });
  },
  lineSetLineDevStatus(line, status, isSet) {
    const open = handles.line(line);
    const extension = extensionAt(open.device, 0);
    const settable = DRIVERS[open.device.driver].settableStatus;
    if ((status & settable) === 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
    if (status !== LINEDEVSTATUSFLAGS.MSGWAIT) throw new Refusal(LINEERR.INVALLINESTATE);
    return requests.start(open, () => extension.setMessageWaiting(isSet !== 0));
  },
  lineGetAgentStatusW: (line) => refuseAgents(handles.line(line)),
  lineGetAgentGroupListW: (line) => refuseAgents(handles.line(line)),
  lineSetAgentGroup: (line) => refuseAgents(handles.line(line)),
  lineCompleteCall(call, outCompletionId, mode) {
    viewOf(outCompletionId, HANDLE_BYTES);
    if (mode !== LINECALLCOMPLMODE.INTRUDE) throw new Refusal(LINEERR.INVALCALLCOMPLMODE);
    return requests.act(call, LINECALLFEATURE.COMPLETECALL, ({ leg }) => {
      exchange.supervision.breakIn(leg, exchange.extensions.get(leg.info.called.number));
      return { write: () => writeU32(outCompletionId, 0) };
    });
  },
}));

/** As TAPI does where no agent handler runs. */
function refuseAgents(_line: object): never {
  throw new Refusal(LINEERR.OPERATIONUNAVAIL);
}
