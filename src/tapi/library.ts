/**
 * The boundary to tapi32.dll: what the program needs of such a library, and the one place that opens
 * the real one.
 */
import { describeError } from "../log.ts";
import { TAPI_SYMBOLS } from "./symbols.ts";

/** A struct or string in memory. Native code may write to it until the call, or its LINE_REPLY. */
export type Memory = Uint8Array<ArrayBuffer>;

/** A function's LONG: 0, a request id above 0, or a LINEERR_ code below 0. */
export type Long = Promise<number>;

/** A function that a library may lack. */
export type Optional<F> = F | null;

/**
 * tapi32.dll, or anything that answers like it, at the level of bytes and LONGs.
 *
 * Parameters are those of the C prototypes, in their order. `app`, `line` and `call` are handles.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/
 */
export interface TapiLibrary {
  lineInitializeExW(
    outApp: Memory,
    instance: null,
    callback: null,
    appName: Memory,
    outDeviceCount: Memory,
    inOutApiVersion: Memory,
    params: Memory,
  ): Long;
  lineShutdown(app: number): Long;
  lineNegotiateAPIVersion(
    app: number,
    deviceId: number,
    lowVersion: number,
    highVersion: number,
    outVersion: Memory,
    outExtensionId: Memory,
  ): Long;
  lineGetDevCapsW(
    app: number,
    deviceId: number,
    apiVersion: number,
    extVersion: number,
    outCaps: Memory,
  ): Long;
  lineGetAddressCapsW: Optional<
    (
      app: number,
      deviceId: number,
      addressId: number,
      apiVersion: number,
      extVersion: number,
      outCaps: Memory,
    ) => Long
  >;
  lineGetAddressStatusW: Optional<(line: number, addressId: number, outStatus: Memory) => Long>;
  lineGetLineDevStatusW: Optional<(line: number, outStatus: Memory) => Long>;
  lineOpenW(
    app: number,
    deviceId: number,
    outLine: Memory,
    apiVersion: number,
    extVersion: number,
    callbackInstance: bigint,
    privileges: number,
    mediaModes: number,
    callParams: Memory | null,
  ): Long;
  lineClose(line: number): Long;
  lineSetStatusMessages: Optional<
    (line: number, lineStates: number, addressStates: number) => Long
  >;
  lineGetNewCalls: Optional<
    (line: number, addressId: number, select: number, outCalls: Memory) => Long
  >;
  /** Waits for the next message on a worker thread. LINEERR_OPERATIONFAILED: none came in time. */
  lineGetMessage(app: number, outMessage: Memory, timeoutMs: number): Long;
  /** Takes a message that is queued already; with `timeoutMs` 0 it never waits. */
  lineGetMessageNow(app: number, outMessage: Memory, timeoutMs: number): number;
  lineGetCallInfoW(call: number, outInfo: Memory): Long;
  lineGetCallStatus(call: number, outStatus: Memory): Long;
  lineSetCallPrivilege(call: number, privilege: number): Long;
  lineDeallocateCall(call: number): Long;
  /** `outCall` is written when LINE_REPLY comes, not when the function returns. */
  lineMakeCallW(
    line: number,
    outCall: Memory,
    destAddress: Memory | null,
    countryCode: number,
    callParams: Memory | null,
  ): Long;
  lineDrop(call: number, userInfo: null, userInfoSize: number): Long;
  lineAnswer: Optional<(call: number, userInfo: null, userInfoSize: number) => Long>;
  lineHold: Optional<(call: number) => Long>;
  lineUnhold: Optional<(call: number) => Long>;
  lineSwapHold: Optional<(activeCall: number, heldCall: number) => Long>;
  lineBlindTransferW: Optional<(call: number, destAddress: Memory, countryCode: number) => Long>;
  lineSetupTransferW: Optional<
    (call: number, outConsultCall: Memory, callParams: Memory | null) => Long
  >;
  lineCompleteTransfer: Optional<
    (call: number, consultCall: number, outConferenceCall: Memory, mode: number) => Long
  >;
  lineSetupConferenceW: Optional<
    (
      call: number,
      line: number,
      outConferenceCall: Memory,
      outConsultCall: Memory,
      parties: number,
      callParams: Memory | null,
    ) => Long
  >;
  linePrepareAddToConferenceW: Optional<
    (conferenceCall: number, outConsultCall: Memory, callParams: Memory | null) => Long
  >;
  lineAddToConference: Optional<(conferenceCall: number, consultCall: number) => Long>;
  /** `outAddress`, a VARSTRING, is written when LINE_REPLY comes. */
  lineParkW: Optional<
    (call: number, mode: number, address: Memory | null, outAddress: Memory | null) => Long
  >;
  lineUnparkW: Optional<
    (line: number, addressId: number, outCall: Memory, parkAddress: Memory) => Long
  >;
  linePickupW: Optional<
    (
      line: number,
      addressId: number,
      outCall: Memory,
      destAddress: Memory | null,
      groupId: Memory | null,
    ) => Long
  >;
  lineRedirectW: Optional<(call: number, destAddress: Memory, countryCode: number) => Long>;
  lineForwardW: Optional<
    (
      line: number,
      allAddresses: number,
      addressId: number,
      forwardList: Memory | null,
      ringsNoAnswer: number,
      outConsultCall: Memory,
      callParams: Memory | null,
    ) => Long
  >;
  lineGenerateDigitsW: Optional<
    (call: number, mode: number, digits: Memory | null, durationMs: number) => Long
  >;
  lineDialW: Optional<(call: number, destAddress: Memory, countryCode: number) => Long>;
  lineGetProviderListW: Optional<(apiVersion: number, outList: Memory) => Long>;
}

/** The library cannot be used: it is not there, or it is not TAPI. The message is for the administrator. */
export class LibraryError extends Error {
  override readonly name = "LibraryError";
}

/**
 * Opens tapi32.dll, or a library with its exports.
 *
 * The library stays loaded for the life of the process: unloading it under a function that never
 * returned would crash.
 *
 * @throws LibraryError when it cannot be opened or lacks a function that TAPI always has.
 */
export function openTapi32(path: string): TapiLibrary {
  try {
    return Deno.dlopen(path, TAPI_SYMBOLS).symbols;
  } catch (error) {
    throw new LibraryError(`Cannot open the TAPI library "${path}": ${describeError(error)}`, {
      cause: error,
    });
  }
}
