/**
 * One typed function per TAPI function: buffers in, values out, errors thrown. These are the functions
 * of applications and lines, and those that read calls; functions that act on calls are invoked by name.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/basic-telephony-services-reference
 */
import { LINECALLSELECT, LINEERR, LINEINITIALIZEEXOPTION } from "./constants.ts";
import { TapiError } from "./errors.ts";
import { type AddressStatus, decodeAddressStatus } from "./address_status.ts";
import { StructBuffers } from "./buffers.ts";
import { decodeCallInfo, type RawCallInfo } from "./call_info.ts";
import { invoke } from "./invoke.ts";
import { API_VERSION, type Decoded } from "./layout.ts";
import type { Long, Memory, TapiLibrary } from "./library.ts";
import {
  LINEADDRESSCAPS,
  LINECALLLIST,
  LINECALLSTATUS,
  LINEDEVCAPS,
  LINEDEVSTATUS,
  LINEEXTENSIONID,
  LINEINITIALIZEEXPARAMS,
  LINEMESSAGE,
} from "./structs.ts";
import { encodeText } from "./text.ts";

/** The oldest version whose calls announce themselves by LINE_CALLSTATE alone. */
const OLDEST_API_VERSION = 0x00010004;
/** LINEINITIALIZEEXPARAMS is 28 bytes packed and 32 with natural alignment: room for both. */
const INITIALIZE_PARAMS_BYTES = 32;

/** The answer of lineGetCallStatus. */
export type CallStatus = Decoded<typeof LINECALLSTATUS>;
/** The answer of lineGetLineDevStatus. */
export type LineDevStatus = Decoded<typeof LINEDEVSTATUS>;

/** The calls that a driver counts on a device: active, or on hold. */
export function callCount(status: LineDevStatus): number {
  return status.dwNumActiveCalls + status.dwNumOnHoldCalls + status.dwNumOnHoldPendCalls;
}

/** A message as lineGetMessage delivered it. */
export type LineMessage = Decoded<typeof LINEMESSAGE>;
/** The value in dwMessageID when lineGetMessage returns 0 and writes nothing. */
export const UNWRITTEN_MESSAGE_ID = 0xffffffff;

/** The functions of one {@linkcode TapiLibrary}. */
export class Tapi {
  readonly #buffers: StructBuffers;

  constructor(readonly library: TapiLibrary) {
    this.#buffers = new StructBuffers(library);
  }

  /**
   * lineInitializeExW with events: messages come from lineGetMessage, no window is needed.
   *
   * @throws TapiError, also where the library answers success without giving a handle.
   */
  async initialize(appName: string): Promise<{ app: number; deviceCount: number }> {
    const outApp: Memory = new Uint8Array(4);
    const outCount: Memory = new Uint8Array(4);
    const version = u32Memory(API_VERSION);
    const params: Memory = new Uint8Array(INITIALIZE_PARAMS_BYTES);
    LINEINITIALIZEEXPARAMS.encode(params, {
      dwTotalSize: LINEINITIALIZEEXPARAMS.size,
      dwOptions: LINEINITIALIZEEXOPTION.USEEVENT,
    });
    const name = encodeText(appName);
    const fn = "lineInitializeExW";
    await invoke(this.library, fn, outApp, null, null, name, outCount, version, params);
    const app = readU32(outApp);
    if (app === 0) throw new TapiError(fn, LINEERR.OPERATIONFAILED);
    return { app, deviceCount: readU32(outCount) };
  }

  /** lineShutdown. Ends a lineGetMessage that waits, and every outstanding request without a reply. */
  async shutdown(app: number): Promise<void> {
    await invoke(this.library, "lineShutdown", app);
  }

  /** lineNegotiateAPIVersion for one device: versions 1.4 to 2.2. */
  async negotiate(app: number, deviceId: number): Promise<number> {
    const outVersion: Memory = new Uint8Array(4);
    const extensionId: Memory = new Uint8Array(LINEEXTENSIONID.size);
    await invoke(
      this.library,
      "lineNegotiateAPIVersion",
      app,
      deviceId,
      OLDEST_API_VERSION,
      API_VERSION,
      outVersion,
      extensionId,
    );
    return readU32(outVersion);
  }

  /** lineGetDevCapsW. */
  async getDevCaps(
    app: number,
    deviceId: number,
    apiVersion: number,
  ): Promise<Decoded<typeof LINEDEVCAPS>> {
    const caps = await this.#buffers.read(
      "lineGetDevCapsW",
      (buffer) => [app, deviceId, apiVersion, 0, buffer],
    );
    return LINEDEVCAPS.decode(caps, apiVersion);
  }

  /** lineGetAddressCapsW; works on a line that is not open. */
  async getAddressCaps(
    app: number,
    deviceId: number,
    addressId: number,
    apiVersion: number,
  ): Promise<Decoded<typeof LINEADDRESSCAPS>> {
    const caps = await this.#buffers.read(
      "lineGetAddressCapsW",
      (buffer) => [app, deviceId, addressId, apiVersion, 0, buffer],
    );
    return LINEADDRESSCAPS.decode(caps, apiVersion);
  }

  /**
   * lineOpenW.
   *
   * @param callbackInstance Comes back as dwCallbackInstance of every message of the line, also of
   * those that overtake this function's return.
   * @param privilege One of LINECALLPRIVILEGE.
   */
  async open(
    app: number,
    deviceId: number,
    apiVersion: number,
    callbackInstance: number,
    privilege: number,
    mediaModes: number,
  ): Promise<number> {
    const outLine: Memory = new Uint8Array(4);
    await invoke(
      this.library,
      "lineOpenW",
      app,
      deviceId,
      outLine,
      apiVersion,
      0,
      BigInt(callbackInstance),
      privilege,
      mediaModes,
      null,
    );
    const line = readU32(outLine);
    if (line === 0) throw new TapiError("lineOpenW", LINEERR.OPERATIONFAILED);
    return line;
  }

  /** lineClose. */
  async close(line: number): Promise<void> {
    await invoke(this.library, "lineClose", line);
  }

  /** lineSetStatusMessages: reports of line and address states are off until asked for. */
  async setStatusMessages(line: number, lineStates: number, addressStates: number): Promise<void> {
    await invoke(this.library, "lineSetStatusMessages", line, lineStates, addressStates);
  }

  /** lineGetNewCalls: handles of the calls on the line for which this application has none yet. */
  async getNewCalls(line: number): Promise<number[]> {
    const buffer = await this.#buffers.read(
      "lineGetNewCalls",
      (list) => [line, 0, LINECALLSELECT.LINE, list],
    );
    const { Calls, dwCallsNumEntries } = LINECALLLIST.decode(buffer);
    const view = new DataView(Calls.buffer, Calls.byteOffset, Calls.byteLength);
    const count = Math.min(dwCallsNumEntries, Math.floor(Calls.byteLength / 4));
    return Array.from({ length: count }, (_, entry) => view.getUint32(entry * 4, true));
  }

  /** lineGetMessage, waiting on a worker thread; answers its raw LONG. */
  getMessage(app: number, buffer: Memory, timeoutMs: number): Long {
    clearMessage(buffer);
    return this.library.lineGetMessage(app, buffer, timeoutMs);
  }

  /** lineGetMessage for what is queued already, without waiting; answers its raw LONG. */
  getMessageNow(app: number, buffer: Memory): number {
    clearMessage(buffer);
    return this.library.lineGetMessageNow(app, buffer, 0);
  }

  /** lineGetCallInfoW. */
  async getCallInfo(call: number, apiVersion: number): Promise<RawCallInfo> {
    const info = await this.#buffers.read("lineGetCallInfoW", (buffer) => [call, buffer]);
    return decodeCallInfo(info, apiVersion);
  }

  /** lineGetCallStatus. */
  async getCallStatus(call: number, apiVersion: number): Promise<CallStatus> {
    const status = await this.#buffers.read("lineGetCallStatus", (buffer) => [call, buffer]);
    return LINECALLSTATUS.decode(status, apiVersion);
  }

  /** lineGetLineDevStatusW. */
  async getLineDevStatus(
    line: number,
    apiVersion: number,
  ): Promise<LineDevStatus> {
    const status = await this.#buffers.read("lineGetLineDevStatusW", (buffer) => [line, buffer]);
    return LINEDEVSTATUS.decode(status, apiVersion);
  }

  /** lineGetAddressStatusW. */
  async getAddressStatus(
    line: number,
    addressId: number,
    apiVersion: number,
  ): Promise<AddressStatus> {
    const status = await this.#buffers.read(
      "lineGetAddressStatusW",
      (buffer) => [line, addressId, buffer],
    );
    return decodeAddressStatus(status, apiVersion);
  }

  /** lineSetCallPrivilege. @param privilege One of LINECALLPRIVILEGE. */
  async setCallPrivilege(call: number, privilege: number): Promise<void> {
    await invoke(this.library, "lineSetCallPrivilege", call, privilege);
  }

  /** lineDeallocateCall: owed for every handle, a monitor's too. */
  async deallocateCall(call: number): Promise<void> {
    await invoke(this.library, "lineDeallocateCall", call);
  }
}

/** Marks the message as unwritten: a library may answer 0 without delivering anything. */
function clearMessage(buffer: Memory): void {
  new DataView(buffer.buffer).setUint32(
    LINEMESSAGE.fields.dwMessageID.offset,
    UNWRITTEN_MESSAGE_ID,
  );
}

function readU32(memory: Memory): number {
  return new DataView(memory.buffer).getUint32(0, true);
}

function u32Memory(value: number): Memory {
  const memory: Memory = new Uint8Array(4);
  new DataView(memory.buffer).setUint32(0, value, true);
  return memory;
}
