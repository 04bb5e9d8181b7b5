/**
 * The hostile TAPI library: the functions of a TapiLibrary over the hostile exchange. Each keeps the
 * books on the handles it is given, then answers whatever the exchange's mood makes it answer.
 */
import type { Random } from "../../src/fake/random.ts";
import { LINEDEVSTATUSFLAGS, LINEERR, LINEMEDIAMODE } from "../../src/tapi/constants.ts";
import { API_VERSION } from "../../src/tapi/layout.ts";
import type { Memory, TapiLibrary } from "../../src/tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINEADDRESSSTATUS,
  LINECALLINFO,
  LINECALLSTATUS,
  LINEDEVCAPS,
  LINEDEVSTATUS,
} from "../../src/tapi/structs.ts";
import { Answers } from "./answers.ts";
import { anyDword, anyText } from "./bytes.ts";
import { createHostileControl } from "./control.ts";
import type { Exchange } from "./exchange.ts";
import { REINIT, WITHHELD_NUMBER } from "./habits.ts";
import type { GivenLine } from "./ledger.ts";

const INVALID_CALL = LINEERR.INVALCALLHANDLE | 0;
const INVALID_LINE = LINEERR.INVALLINEHANDLE | 0;
const IN_SERVICE = LINEDEVSTATUSFLAGS.INSERVICE | LINEDEVSTATUSFLAGS.CONNECTED;

/** Makes the library of an exchange; sometimes it lacks a function that a library may lack. */
export function createHostileTapi(exchange: Exchange): TapiLibrary {
  const { random, ledger } = exchange;
  const answers = new Answers(exchange);
  const orLacking = <F>(_name: string, fn: F): F | null => random.oneIn(12) ? null : fn;
  /** A synchronous function: done, or what the mood makes of it. */
  const inTime = (act: () => void) =>
    exchange.inTime(() => {
      const failure = exchange.failure();
      if (failure === undefined) act();
      return failure ?? 0;
    });

  return {
    ...createHostileControl(exchange),
    lineGetProviderListW: null,
    lineInitializeExW: (outApp, _instance, _callback, _name, outDeviceCount) =>
      inTime(() => {
        exchange.app = exchange.newHandle();
        setU32(outApp, exchange.app);
        if (exchange.reinits > 0) {
          exchange.reinits--;
          exchange.post(REINIT);
        }
        setU32(outDeviceCount, random.oneIn(40) ? anyDword(random) : exchange.devices.size);
      }),
    lineShutdown(app) {
      ledger.useApp("lineShutdown", app);
      exchange.shutDown(app);
      return inTime(() => {});
    },
    lineNegotiateAPIVersion: (_app, deviceId, _low, _high, outVersion) =>
      exchange.inTime(() => {
        if (!exchange.devices.has(deviceId)) return LINEERR.BADDEVICEID | 0;
        setU32(outVersion, random.oneIn(10) ? anyDword(random) : API_VERSION);
        return exchange.failure() ?? 0;
      }),
    lineGetDevCapsW: (_app, deviceId, apiVersion, _extVersion, caps) =>
      answers.fill(
        `lineGetDevCapsW ${deviceId}`,
        caps,
        LINEDEVCAPS.fixedSize(apiVersion),
        () =>
          LINEDEVCAPS.encode(caps, {
            dwMediaModes: LINEMEDIAMODE.INTERACTIVEVOICE,
            dwLineStates: 0xffffffff,
            dwPermanentLineID: random.between(0, 2),
            dwNumAddresses: exchange.extensions.get(deviceId)?.length ?? 1,
            LineName: anyText(random),
          }),
      ),
    lineGetAddressCapsW: orLacking(
      "lineGetAddressCapsW",
      (_app, deviceId, addressId, apiVersion, _extVersion, caps) =>
        answers.fill(
          `lineGetAddressCapsW ${deviceId}`,
          caps,
          LINEADDRESSCAPS.fixedSize(apiVersion),
          () =>
            LINEADDRESSCAPS.encode(caps, {
              Address: exchange.extensions.get(deviceId)?.[addressId] ??
                extensionOf(random, deviceId),
              dwAddressStates: 0xffffffff,
              dwCallFeatures: exchange.features ?? anyFeatures(random),
              dwAddressFeatures: exchange.features ?? anyFeatures(random),
            }),
        ),
    ),
    lineOpenW: (app, deviceId, outLine, _version, _extVersion, instance) =>
      openLine(exchange, { app, deviceId, instance: Number(instance), outLine }),
    lineClose(handle) {
      const line = ledger.useLine("lineClose", handle);
      if (line !== undefined) ledger.close(line);
      return inTime(() => {});
    },
    lineSetStatusMessages: orLacking("lineSetStatusMessages", (handle) => {
      ledger.useLine("lineSetStatusMessages", handle);
      return inTime(() => {});
    }),
    lineGetLineDevStatusW: orLacking("lineGetLineDevStatusW", (handle, status) => {
      const what = `lineGetLineDevStatusW ${handle}`;
      const line = answers.isAskedAgain(what)
        ? ledger.line(handle)
        : ledger.useLine("lineGetLineDevStatusW", handle);
      return answers.fill(
        what,
        status,
        LINEDEVSTATUS.size,
        () => {
          if (!line?.valid) return INVALID_LINE;
          return LINEDEVSTATUS.encode(status, {
            dwNumActiveCalls: line.counted,
            dwLineFeatures: exchange.features ?? anyDword(random),
            dwDevStatusFlags: IN_SERVICE,
          });
        },
      );
    }),
    lineGetAddressStatusW: orLacking("lineGetAddressStatusW", (handle, _addressId, status) => {
      const what = `lineGetAddressStatusW ${handle}`;
      const line = answers.isAskedAgain(what)
        ? ledger.line(handle)
        : ledger.useLine("lineGetAddressStatusW", handle);
      return answers.fill(what, status, LINEADDRESSSTATUS.size, () => {
        if (!line?.valid) return INVALID_LINE;
        return LINEADDRESSSTATUS.encode(status, {
          dwAddressFeatures: exchange.features ?? anyDword(random),
          dwForwardNumEntries: random.oneIn(2) ? random.between(0, 4) : anyDword(random),
          Forward: new Uint8Array(random.between(0, 200)).map(() => random.between(0, 0xff)),
        });
      });
    }),
    lineGetNewCalls: orLacking("lineGetNewCalls", (handle, _addressId, _select, list) => {
      const line = ledger.useLine("lineGetNewCalls", handle);
      return exchange.inTime(() => line?.valid ? answers.listCalls(line, list) : INVALID_LINE);
    }),
    lineGetMessage: (app, memory, timeoutMs) => {
      const failure = exchange.failure();
      if (failure === undefined) return exchange.wait(app, memory, timeoutMs);
      return Promise.resolve(random.oneIn(2) ? failure : 0);
    },
    lineGetMessageNow: (app, memory) => exchange.take(app, memory),
    lineGetCallInfoW(handle, info) {
      const call = answers.isAskedAgain(`lineGetCallInfoW ${handle}`)
        ? ledger.call(handle)
        : ledger.useCall("lineGetCallInfoW", handle);
      const truth = () => {
        if (!call?.line.valid || call.isDead) return INVALID_CALL;
        if (call.isMute) return LINEERR.OPERATIONFAILED | 0;
        return LINECALLINFO.encode(info, { ...anyCallInfo(random), ...call.info });
      };
      const isHonest = call?.info.CallerID === WITHHELD_NUMBER;
      return answers.fill(`lineGetCallInfoW ${handle}`, info, LINECALLINFO.size, truth, isHonest);
    },
    lineGetCallStatus(handle, status) {
      const call = answers.isAskedAgain(`lineGetCallStatus ${handle}`)
        ? ledger.call(handle)
        : ledger.useCall("lineGetCallStatus", handle);
      return answers.fill(`lineGetCallStatus ${handle}`, status, LINECALLSTATUS.size, () => {
        if (!call?.line.valid || call.isDead) return INVALID_CALL;
        if (call.isMute) return LINEERR.OPERATIONFAILED | 0;
        return LINECALLSTATUS.encode(status, {
          dwCallState: call.claim ?? call.state,
          dwCallStateMode: anyDword(random),
          dwCallFeatures: exchange.features ?? anyFeatures(random),
        });
      });
    },
    lineSetCallPrivilege(handle) {
      ledger.useCall("lineSetCallPrivilege", handle);
      return inTime(() => {});
    },
    lineDeallocateCall(handle) {
      const freed = ledger.free("lineDeallocateCall", handle);
      return exchange.inTime(() => exchange.failure() ?? (freed ? 0 : INVALID_CALL));
    },
  };
}

/** lineOpenW. The line is open before the function returns: messages of it may overtake it. */
function openLine(
  exchange: Exchange,
  { app, deviceId, instance, outLine }: {
    app: number;
    deviceId: number;
    instance: number;
    outLine: Memory;
  },
): Promise<number> {
  const { random, ledger } = exchange;
  ledger.useApp("lineOpenW", app);
  const failure = exchange.failure();
  if (failure !== undefined || !exchange.devices.has(deviceId) || app !== exchange.app) {
    return exchange.inTime(() => failure ?? (LINEERR.NODEVICE | 0));
  }
  const handle = exchange.newHandle();
  const line: GivenLine = {
    handle,
    app,
    deviceId,
    instance,
    valid: true,
    removed: false,
    counted: 0,
    end: "no",
  };
  ledger.addLine(line);
  if (random.oneIn(4)) exchange.postNewCall(line, exchange.newCallHandle());
  if (random.oneIn(10)) exchange.closeLine(line);
  return exchange.inTime(() => {
    setU32(outLine, handle);
    return random.oneIn(10) ? 7 : 0;
  });
}

function anyFeatures(random: Random): number {
  return random.oneIn(3) ? 0 : anyDword(random);
}

function anyCallInfo(random: Random): Parameters<typeof LINECALLINFO.encode>[1] {
  return {
    dwCallID: random.pick([0, 1, 1, anyDword(random)]),
    dwOrigin: 1 << random.between(0, 8),
    dwReason: random.oneIn(2) ? 1 << random.between(0, 16) : anyDword(random),
    dwCallerIDFlags: random.between(0, 0xff),
    CallerID: anyText(random),
    CallerIDName: anyText(random),
    dwCalledIDFlags: random.between(0, 0xff),
    CalledID: anyText(random),
    CalledIDName: anyText(random),
    dwConnectedIDFlags: random.between(0, 0xff),
    ConnectedID: anyText(random),
    dwRedirectingIDFlags: random.between(0, 0xff),
    RedirectingID: anyText(random),
    dwRelatedCallID: anyDword(random),
  };
}

/** Mostly an ordinary extension; some are odd, or two lines'. */
function extensionOf(random: Random, deviceId: number): string {
  return random.oneIn(5) ? anyText(random) : String(200 + deviceId);
}

function setU32(memory: Memory, value: number): void {
  new DataView(memory.buffer).setUint32(0, value, true);
}
