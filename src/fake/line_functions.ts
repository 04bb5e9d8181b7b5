/** The functions of the fake library that concern applications, devices and open lines. */
import {
  LINECALLPRIVILEGE,
  LINECALLSELECT,
  LINEERR,
  LINEINITIALIZEEXOPTION,
} from "../tapi/constants.ts";
import { API_VERSION } from "../tapi/layout.ts";
import type { Memory } from "../tapi/library.ts";
import {
  LINECALLLIST,
  LINEEXTENSIONID,
  LINEINITIALIZEEXPARAMS,
  LINEMESSAGE,
} from "../tapi/structs.ts";
import { ADDRESS_STATES, LINE_STATES } from "./abilities.ts";
import {
  fillAddressCaps,
  fillAddressStatus,
  fillDevCaps,
  fillDevStatus,
  fillProviderList,
} from "./device_info.ts";
import { fill, viewOf, writeU32 } from "./fill.ts";
import type { Handles, OpenLine } from "./handles.ts";
import { type Leg, Refusal } from "./model.ts";
import { answer, answerLater, type Complete, type Service } from "./service.ts";

const EVENT_HANDLE = 0x1f4n;

type ApplicationFunctions = Pick<
  Complete,
  | "lineInitializeExW"
  | "lineShutdown"
  | "lineNegotiateAPIVersion"
  | "lineGetMessage"
  | "lineGetMessageNow"
  | "lineGetProviderListW"
>;

/** The functions that concern an application. */
export function applicationFunctions(
  { handles, switchboard }: Service,
  whenFirst: () => void,
): ApplicationFunctions {
  return {
    lineInitializeExW: (outApp, _instance, _callback, _name, outCount, inOutVersion, params) =>
      answerLater(() => {
        const { dwOptions } = LINEINITIALIZEEXPARAMS.decode(params);
        if ((dwOptions & 0xf) !== LINEINITIALIZEEXOPTION.USEEVENT) {
          throw new Refusal(LINEERR.INVALPARAM);
        }
        if (viewOf(inOutVersion, 4).getUint32(0, true) < API_VERSION) {
          throw new Refusal(LINEERR.INCOMPATIBLEAPIVERSION);
        }
        const first = handles.appCount === 0;
        fill(LINEINITIALIZEEXPARAMS, params, { dwOptions, hEvent: EVENT_HANDLE });
        writeU32(inOutVersion, API_VERSION);
        writeU32(outCount, handles.devices.length);
        writeU32(outApp, handles.openApp().handle);
        if (first) whenFirst();
      }),
    lineShutdown: (app) =>
      answerLater(() => {
        handles.closeApp(handles.app(app));
        if (handles.appCount === 0) switchboard.reset();
      }),
    lineNegotiateAPIVersion: (app, deviceId, low, high, outVersion, outExtensionId) =>
      answerLater(() => {
        handles.app(app);
        handles.device(deviceId);
        if (low > API_VERSION || high < API_VERSION) {
          throw new Refusal(LINEERR.INCOMPATIBLEAPIVERSION);
        }
        viewOf(outExtensionId, LINEEXTENSIONID.size);
        outExtensionId.fill(0, 0, LINEEXTENSIONID.size);
        writeU32(outVersion, API_VERSION);
      }),
    lineGetMessage: async (app, outMessage, timeoutMs) => {
      let waiting: Promise<number> | undefined;
      const failed = answer(() => {
        viewOf(outMessage, LINEMESSAGE.size);
        waiting = handles.app(app).queue.wait(outMessage, timeoutMs);
      });
      return await waiting ?? failed;
    },
    lineGetMessageNow: (app, outMessage) =>
      answer(() => {
        viewOf(outMessage, LINEMESSAGE.size);
        return handles.app(app).queue.takeNow(outMessage);
      }),
    lineGetProviderListW: (_apiVersion, outList) => answerLater(() => fillProviderList(outList)),
  };
}

type LineFunctions = Pick<
  Complete,
  | "lineGetDevCapsW"
  | "lineGetAddressCapsW"
  | "lineGetAddressStatusW"
  | "lineGetLineDevStatusW"
  | "lineOpenW"
  | "lineClose"
  | "lineSetStatusMessages"
  | "lineGetNewCalls"
>;

/** The functions that concern devices and open lines. */
export function lineFunctions(
  { handles, lacks }: Service,
  openErrors: Readonly<Record<string, number>>,
): LineFunctions {
  const deviceOf = (app: number, deviceId: number, apiVersion: number) => {
    handles.app(app);
    const device = handles.device(deviceId);
    if (apiVersion !== API_VERSION) throw new Refusal(LINEERR.INCOMPATIBLEAPIVERSION);
    return device;
  };
  return {
    lineGetDevCapsW: (app, deviceId, apiVersion, _extVersion, outCaps) =>
      answerLater(() => fillDevCaps(outCaps, deviceOf(app, deviceId, apiVersion))),
    lineGetAddressCapsW: (app, deviceId, addressId, apiVersion, _extVersion, outCaps) =>
      answerLater(() => {
        const device = deviceOf(app, deviceId, apiVersion);
        checkAddressId(addressId);
        fillAddressCaps(outCaps, deviceId, device, lacks);
      }),
    lineGetAddressStatusW: (line, addressId, outStatus) =>
      answerLater(() => {
        const { extension } = handles.line(line).device;
        checkAddressId(addressId);
        fillAddressStatus(outStatus, extension, lacks);
      }),
    lineGetLineDevStatusW: (line, outStatus) =>
      answerLater(() => {
        const { device } = handles.line(line);
        const opens = device.extension === null ? 1 : [...handles.linesOf(device.extension)].length;
        fillDevStatus(outStatus, device, opens);
      }),
    lineOpenW: (app, deviceId, outLine, apiVersion, _ext, callbackInstance, privileges, modes) =>
      answerLater(() => {
        const device = deviceOf(app, deviceId, apiVersion);
        checkPrivileges(privileges, modes, device.mediaModes);
        viewOf(outLine, 4);
        const refusal = openErrors[device.extension?.number ?? ""];
        if (refusal !== undefined) throw new Refusal(refusal);
        const line = handles.openLine({
          app: handles.app(app),
          deviceId,
          device,
          callbackInstance,
          privileges,
          mediaModes: modes,
        });
        writeU32(outLine, line.handle);
      }),
    lineClose: (line) => answerLater(() => handles.closeLine(handles.line(line))),
    lineSetStatusMessages: (line, lineStates, addressStates) =>
      answerLater(() => {
        const open = handles.line(line);
        if ((lineStates & ~LINE_STATES) !== 0) throw new Refusal(LINEERR.INVALLINESTATE);
        if ((addressStates & ~ADDRESS_STATES) !== 0) throw new Refusal(LINEERR.INVALADDRESSSTATE);
        open.lineStates = lineStates;
        open.addressStates = addressStates;
      }),
    lineGetNewCalls: (line, addressId, select, outCalls) =>
      answerLater(() => {
        const open = handles.line(line);
        if (select !== LINECALLSELECT.LINE && select !== LINECALLSELECT.ADDRESS) {
          throw new Refusal(LINEERR.INVALCALLSELECT);
        }
        if (select === LINECALLSELECT.ADDRESS) checkAddressId(addressId);
        fillNewCalls(outCalls, handles, open);
      }),
  };
}

/** Gives out handles of the calls that the line has none of yet, if there is room for them. */
function fillNewCalls(into: Memory, handles: Handles, line: OpenLine): void {
  const unseen: Leg[] = [...line.device.extension?.legs ?? []].filter((leg) =>
    !line.calls.has(leg)
  );
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

function checkAddressId(addressId: number): void {
  if (addressId !== 0) throw new Refusal(LINEERR.INVALADDRESSID);
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
