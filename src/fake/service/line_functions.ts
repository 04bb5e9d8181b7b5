/** The functions of the fake library that concern applications, devices and open lines. */
import {
  LINECALLPRIVILEGE,
  LINECALLSELECT,
  LINEERR,
  LINEINITIALIZEEXOPTION,
} from "../../tapi/constants.ts";
import { API_VERSION } from "../../tapi/layout.ts";
import type { Memory } from "../../tapi/library.ts";
import {
  LINECALLLIST,
  LINEEXTENSIONID,
  LINEINITIALIZEEXPARAMS,
  LINEMESSAGE,
} from "../../tapi/structs.ts";
import { DRIVERS } from "../drivers.ts";
import { ADDRESS_STATES } from "../exchange/abilities.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Leg } from "../exchange/leg.ts";
import { Refusal } from "../refusal.ts";
import type { OpenLine } from "./application.ts";
import {
  fillAddressCaps,
  fillAddressStatus,
  fillDevCaps,
  fillDevStatus,
  fillProviderList,
} from "./device_info.ts";
import { checkAddress } from "./devices.ts";
import { fill, viewOf, writeU32 } from "./fill.ts";
import type { Handles } from "./handles.ts";
import { answer, type CompleteLibrary, functionsOf, type Service } from "./service.ts";

const EVENT_HANDLE = 0x1f4n;

/** The functions that concern an application. */
export const applicationFunctions = functionsOf(({ devices, exchange, handles, startLife }) => ({
  lineInitializeExW(outApp, _instance, _callback, _name, outCount, inOutVersion, params) {
    const { dwOptions } = LINEINITIALIZEEXPARAMS.decode(params);
    if ((dwOptions & 0xf) !== LINEINITIALIZEEXOPTION.USEEVENT) {
      throw new Refusal(LINEERR.INVALPARAM);
    }
    if (viewOf(inOutVersion, 4).getUint32(0, true) < API_VERSION) {
      throw new Refusal(LINEERR.INCOMPATIBLEAPIVERSION);
    }
    const isFirst = !handles.hasApplication;
    fill(LINEINITIALIZEEXPARAMS, params, { dwOptions, hEvent: EVENT_HANDLE });
    writeU32(inOutVersion, API_VERSION);
    writeU32(outCount, devices.count);
    writeU32(outApp, handles.addApplication().handle);
    if (isFirst) startLife();
  },
  lineShutdown(app) {
    handles.closeApplication(handles.application(app));
    if (!handles.hasApplication) exchange.reset();
  },
  lineNegotiateAPIVersion(app, deviceId, low, high, outVersion, outExtensionId) {
    handles.application(app);
    devices.get(deviceId);
    if (low > API_VERSION || high < API_VERSION) {
      throw new Refusal(LINEERR.INCOMPATIBLEAPIVERSION);
    }
    viewOf(outExtensionId, LINEEXTENSIONID.size);
    outExtensionId.fill(0, 0, LINEEXTENSIONID.size);
    writeU32(outVersion, API_VERSION);
  },
  lineGetProviderListW: (_apiVersion, outList) => fillProviderList(outList),
}));

/** lineGetMessage, which alone may wait, and lineGetMessageNow, which alone must not. */
export function messageFunctions(
  { handles }: Service,
): Pick<CompleteLibrary, "lineGetMessage" | "lineGetMessageNow"> {
  const queueOf = (app: number, outMessage: Memory) => {
    viewOf(outMessage, LINEMESSAGE.size);
    return handles.application(app).queue;
  };
  return {
    async lineGetMessage(app, outMessage, timeoutMs) {
      let waiting: Promise<number> | undefined;
      const failed = answer(() => {
        waiting = queueOf(app, outMessage).wait(outMessage, timeoutMs);
      });
      return await waiting ?? failed;
    },
    lineGetMessageNow: (app, outMessage) =>
      answer(() => queueOf(app, outMessage).takeNow(outMessage)),
  };
}

/** The functions that concern devices and open lines. */
export const lineFunctions = functionsOf(({ devices, exchange, handles, lacks, openErrors }) => {
  const deviceOf = (app: number, deviceId: number, apiVersion: number) => {
    handles.application(app);
    const device = devices.get(deviceId);
    if (apiVersion !== API_VERSION) throw new Refusal(LINEERR.INCOMPATIBLEAPIVERSION);
    return device;
  };
  const legsOf = (extensions: readonly Extension[]) =>
    extensions.flatMap((extension) => [...exchange.legs.of(extension)]);
  return {
    lineGetDevCapsW: (app, deviceId, apiVersion, _extVersion, outCaps) =>
      fillDevCaps(outCaps, deviceOf(app, deviceId, apiVersion)),
    lineGetAddressCapsW(app, deviceId, addressId, apiVersion, _extVersion, outCaps) {
      const device = deviceOf(app, deviceId, apiVersion);
      checkAddress(device, addressId);
      fillAddressCaps(outCaps, device, device.addresses[addressId], lacks);
    },
    lineGetAddressStatusW(line, addressId, outStatus) {
      const { device } = handles.line(line);
      checkAddress(device, addressId);
      const extension = device.addresses[addressId];
      const legs = extension === undefined ? [] : legsOf([extension]);
      fillAddressStatus(outStatus, device, extension, legs, lacks);
    },
    lineGetLineDevStatusW(line, outStatus) {
      const { device } = handles.line(line);
      const [extension] = device.addresses;
      const openCount = extension === undefined ? 1 : handles.linesOf(extension).size;
      fillDevStatus(outStatus, device, legsOf(device.addresses), openCount);
    },
    lineOpenW(app, deviceId, outLine, apiVersion, _ext, callbackInstance, privileges, modes) {
      const device = deviceOf(app, deviceId, apiVersion);
      checkPrivileges(privileges, modes, device.mediaModes);
      viewOf(outLine, 4);
      const refusal = openErrors[device.addresses[0]?.number ?? ""];
      if (refusal !== undefined) throw new Refusal(refusal);
      const application = handles.application(app);
      const line = handles.openLine(application, device, callbackInstance, privileges);
      writeU32(outLine, line.handle);
    },
    lineClose: (line) => handles.closeLine(handles.line(line)),
    lineSetStatusMessages(line, lineStates, addressStates) {
      const open = handles.line(line);
      const allowed = DRIVERS[open.device.driver].lineStates;
      if ((lineStates & ~allowed) !== 0) throw new Refusal(LINEERR.INVALLINESTATE);
      if ((addressStates & ~ADDRESS_STATES) !== 0) throw new Refusal(LINEERR.INVALADDRESSSTATE);
      open.setStatusMessages(lineStates, addressStates);
    },
    lineGetNewCalls(line, addressId, select, outCalls) {
      const open = handles.line(line);
      const { device } = open;
      if (select !== LINECALLSELECT.LINE && select !== LINECALLSELECT.ADDRESS) {
        throw new Refusal(LINEERR.INVALCALLSELECT);
      }
      if (select === LINECALLSELECT.ADDRESS) checkAddress(device, addressId);
      const extensions = select === LINECALLSELECT.LINE
        ? device.addresses
        : device.addresses.slice(addressId, addressId + 1);
      const unseen = legsOf(extensions).filter((leg) => open.callOf(leg) === undefined);
      fillNewCalls(outCalls, handles, open, unseen);
    },
  };
});

/** Gives out handles of the calls that the line has none of yet, if there is room for them. */
function fillNewCalls(
  into: Memory,
  handles: Handles,
  line: OpenLine,
  unseen: readonly Leg[],
): void {
  const list = new DataView(new ArrayBuffer(unseen.length * 4));
  fill(LINECALLLIST, into, { Calls: new Uint8Array(list.buffer) });
  if (LINECALLLIST.decode(into).Calls.length < list.byteLength) return;
  unseen.forEach((leg, i) => {
    const call = handles.addCall(line, leg, LINECALLPRIVILEGE.MONITOR, true);
    list.setUint32(i * 4, call.handle, true);
  });
  const Calls = new Uint8Array(list.buffer);
  fill(LINECALLLIST, into, { dwCallsNumEntries: unseen.length, Calls });
}

/** The media modes matter to owners only. */
function checkPrivileges(privileges: number, mediaModes: number, available: number): void {
  const { MONITOR, NONE, OWNER } = LINECALLPRIVILEGE;
  const known = privileges & (NONE | MONITOR | OWNER);
  if (known === 0 || ((known & NONE) !== 0 && known !== NONE)) {
    throw new Refusal(LINEERR.INVALPRIVSELECT);
  }
  if ((known & OWNER) !== 0 && (mediaModes === 0 || (mediaModes & ~available) !== 0)) {
    throw new Refusal(LINEERR.INVALMEDIAMODE);
  }
}
