/** An application over the fake, as small as can be: raw TapiLibrary calls, decoded structs. */
import { createFakeTapi, type FakeTapi, type FakeTapiOptions } from "../../src/fake/library.ts";
import {
  LINE,
  LINECALLORIGIN,
  LINECALLPRIVILEGE,
  LINECALLREASON,
  LINECALLSELECT,
  LINECALLSTATE,
  LINEERR,
  LINEINITIALIZEEXOPTION,
  LINEMEDIAMODE,
  nameOf,
} from "../../src/tapi/constants.ts";
import { lineErrorName } from "../../src/tapi/errors.ts";
import { API_VERSION, type Decoded } from "../../src/tapi/layout.ts";
import type { Memory } from "../../src/tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINECALLINFO,
  LINECALLLIST,
  LINECALLSTATUS,
  LINEDEVCAPS,
  LINEINITIALIZEEXPARAMS,
  LINEMESSAGE,
} from "../../src/tapi/structs.ts";
import { encodeText } from "../../src/tapi/text.ts";
import { ManualClock } from "./clock.ts";

export type Message = Decoded<typeof LINEMESSAGE>;
export type CallInfo = Decoded<typeof LINECALLINFO>;

/** A LINE_CALLSTATE, with the call's info at that moment. */
export interface StateEvent {
  readonly line: string;
  readonly call: number;
  readonly state: string;
  readonly mode: number;
  readonly privilege: number;
  readonly info: CallInfo;
}

/** Memory with its dwTotalSize set. */
export function room(bytes: number): Memory {
  const memory: Memory = new Uint8Array(bytes);
  new DataView(memory.buffer).setUint32(0, bytes, true);
  return memory;
}

export function u32(value = 0): Memory {
  const memory: Memory = new Uint8Array(4);
  new DataView(memory.buffer).setUint32(0, value, true);
  return memory;
}

export function toU32(memory: Memory): number {
  return new DataView(memory.buffer).getUint32(0, true);
}

export function address(text: string): Memory {
  return encodeText(text);
}

/** A LONG: `LINEERR_…` where it is an error, otherwise the number. */
export function long(result: number): number | string {
  return result < 0 ? lineErrorName(result) : result;
}

export class TapiApp {
  readonly tapi: FakeTapi;
  readonly clock: ManualClock;
  /** Line handles by extension. */
  readonly lines = new Map<string, number>();
  /** Everything that lineGetMessage delivered. */
  readonly messages: Message[] = [];
  /** The LINE_CALLSTATEs among it. */
  readonly states: StateEvent[] = [];
  /** By request id. */
  readonly replies = new Map<number, number | string>();
  handle = 0;
  deviceCount = 0;
  /** Gives handles back on IDLE, as a program must. */
  deallocates = true;

  /** Without random calls and polite, unless the options say otherwise. */
  constructor(options: FakeTapiOptions = {}) {
    this.clock = options.clock instanceof ManualClock ? options.clock : new ManualClock();
    this.tapi = createFakeTapi({
      seed: 1,
      callsPerMinute: 0,
      polite: true,
      ...options,
      clock: this.clock,
    });
  }

  /** An application that has every voice line open. */
  static async start(
    options: FakeTapiOptions = {},
    privilege: number = LINECALLPRIVILEGE.MONITOR,
  ): Promise<TapiApp> {
    const app = new TapiApp(options);
    await app.initialize();
    for (let deviceId = 0; deviceId < app.deviceCount; deviceId++) {
      const caps = await app.devCaps(deviceId);
      if ((caps.dwMediaModes & LINEMEDIAMODE.INTERACTIVEVOICE) === 0) continue;
      await app.open(deviceId, privilege);
    }
    return app;
  }

  async initialize(): Promise<void> {
    const outApp = u32();
    const outCount = u32();
    const params = room(LINEINITIALIZEEXPARAMS.size);
    new DataView(params.buffer).setUint32(12, LINEINITIALIZEEXOPTION.USEEVENT, true);
    const result = await this.tapi.lineInitializeExW(
      outApp,
      null,
      null,
      address("Test"),
      outCount,
      u32(API_VERSION),
      params,
    );
    if (result !== 0) throw new Error(`lineInitializeExW: ${long(result)}`);
    this.handle = toU32(outApp);
    this.deviceCount = toU32(outCount);
  }

  async devCaps(deviceId: number): Promise<Decoded<typeof LINEDEVCAPS>> {
    const caps = room(1024);
    await this.tapi.lineGetDevCapsW(this.handle, deviceId, API_VERSION, 0, caps);
    return LINEDEVCAPS.decode(caps);
  }

  async addressCaps(deviceId: number): Promise<Decoded<typeof LINEADDRESSCAPS>> {
    const caps = room(1024);
    await this.tapi.lineGetAddressCapsW(this.handle, deviceId, 0, API_VERSION, 0, caps);
    return LINEADDRESSCAPS.decode(caps);
  }

  /** @returns The line's extension. */
  async open(deviceId: number, privilege: number): Promise<string> {
    const outLine = u32();
    const { dwMediaModes } = await this.devCaps(deviceId);
    const extension = (await this.addressCaps(deviceId)).Address;
    const result = await this.tapi.lineOpenW(
      this.handle,
      deviceId,
      outLine,
      API_VERSION,
      0,
      BigInt(deviceId),
      privilege,
      dwMediaModes,
      null,
    );
    if (result !== 0) throw new Error(`lineOpenW: ${long(result)}`);
    this.lines.set(extension, toU32(outLine));
    return extension;
  }

  line(extension: string): number {
    return this.lines.get(extension)!;
  }

  /** Lets time pass and takes the messages as they come. */
  async run(ms: number): Promise<void> {
    const stepMs = 50;
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      await this.drain();
    }
  }

  async drain(): Promise<void> {
    const memory: Memory = new Uint8Array(LINEMESSAGE.size);
    while (this.tapi.lineGetMessageNow(this.handle, memory, 0) === 0) {
      const message = LINEMESSAGE.decode(memory);
      this.messages.push(message);
      if (message.dwMessageID === LINE.REPLY) {
        this.replies.set(message.dwParam1, long(message.dwParam2 | 0));
      }
      if (message.dwMessageID === LINE.CALLSTATE) await this.#noteState(message);
    }
  }

  async #noteState({ hDevice: call, dwParam1, dwParam2, dwParam3 }: Message): Promise<void> {
    const info = await this.callInfo(call);
    const line = [...this.lines].find(([, handle]) => handle === info.hLine)?.[0] ?? "?";
    const state = nameOf(LINECALLSTATE, dwParam1 & 0xffffff) ?? `${dwParam1}`;
    this.states.push({ line, call, state, mode: dwParam2, privilege: dwParam3, info });
    if (state === "IDLE" && this.deallocates) await this.tapi.lineDeallocateCall(call);
  }

  /** Grows its buffer as the documentation says. */
  async callInfo(call: number): Promise<CallInfo> {
    for (let bytes = 1024;;) {
      const memory = room(bytes);
      const result = await this.tapi.lineGetCallInfoW(call, memory);
      if (result !== 0) throw new Error(`lineGetCallInfoW: ${long(result)}`);
      const info = LINECALLINFO.decode(memory);
      if (info.dwNeededSize <= bytes) return info;
      bytes = info.dwNeededSize;
    }
  }

  async callStatus(call: number): Promise<Decoded<typeof LINECALLSTATUS>> {
    const memory = room(256);
    const result = await this.tapi.lineGetCallStatus(call, memory);
    if (result !== 0) throw new Error(`lineGetCallStatus: ${long(result)}`);
    return LINECALLSTATUS.decode(memory);
  }

  async newCalls(extension: string): Promise<number[]> {
    const list = room(256);
    await this.tapi.lineGetNewCalls(this.line(extension), 0, LINECALLSELECT.LINE, list);
    const { Calls, dwCallsNumEntries } = LINECALLLIST.decode(list);
    const view = new DataView(Calls.buffer, Calls.byteOffset, Calls.byteLength);
    return Array.from({ length: dwCallsNumEntries }, (_, i) => view.getUint32(i * 4, true));
  }

  /** The handle is in `out` once LINE_REPLY has come. */
  async makeCall(
    extension: string,
    number: string,
  ): Promise<{ result: number; out: Memory }> {
    const out = u32();
    const result = await this.tapi.lineMakeCallW(
      this.line(extension),
      out,
      address(number),
      0,
      null,
    );
    return { result, out };
  }

  /** Makes a call and lets `ms` pass. @returns Its handle. */
  async dial(extension: string, number: string, ms = 50): Promise<number> {
    const { result, out } = await this.makeCall(extension, number);
    await this.run(ms);
    if (this.replies.get(result) !== 0) throw new Error(`lineMakeCallW: ${long(result)}`);
    return toU32(out);
  }

  own(call: number): Promise<number> {
    return this.tapi.lineSetCallPrivilege(call, LINECALLPRIVILEGE.OWNER);
  }

  /** Starts a request, lets `ms` pass, and answers what its LINE_REPLY said, or its own error. */
  async ask(request: Promise<number>, ms = 100): Promise<number | string | undefined> {
    const result = await request;
    await this.run(ms);
    return result < 0 ? long(result) : this.replies.get(result);
  }

  /** The states of a call's leg, by handle or by extension, in their order. */
  statesOf(of: number | string): string[] {
    return this.states
      .filter(({ call, line }) => call === of || line === of)
      .map(({ state }) => state);
  }

  /** The handle of the latest call at an extension. */
  lastCall(extension: string): number {
    return this.states.findLast(({ line }) => line === extension)!.call;
  }

  shutdown(): Promise<number> {
    return this.tapi.lineShutdown(this.handle);
  }
}

export function originName(info: CallInfo): string {
  return nameOf(LINECALLORIGIN, info.dwOrigin) ?? `${info.dwOrigin}`;
}

export function reasonName(info: CallInfo): string {
  return nameOf(LINECALLREASON, info.dwReason) ?? `${info.dwReason}`;
}

export const OPERATIONFAILED = LINEERR.OPERATIONFAILED | 0;
