/**
 * The TAPI functions that the program cannot do without for a burst of calls, and nothing else:
 * messages are taken as the program takes them, each state's call information is read but not
 * decoded, each line's after the other, and handles are given back.
 */
import { Tapi } from "../../src/tapi/calls.ts";
import { LINE, LINECALLPRIVILEGE, LINECALLSTATE, LINEMEDIAMODE } from "../../src/tapi/constants.ts";
import type { Memory, TapiLibrary } from "../../src/tapi/library.ts";
import { LINEMESSAGE } from "../../src/tapi/structs.ts";

/**
 * As the program's: messages taken in one turn, the wait for the first, room for call information.
 */
const BATCH_MESSAGES = 256;
const WAIT_MS = 1000;
const CALL_INFO_BYTES = 2048;

/** An application with open lines; the devices' numbers are the messages' callback instances. */
export class BareApp {
  readonly #library: TapiLibrary;
  readonly #tapi: Tapi;
  readonly #app: number;
  readonly #message: Memory = new Uint8Array(LINEMESSAGE.size);
  readonly #view = new DataView(this.#message.buffer);
  readonly #lines: { work: Promise<void>; readonly info: Memory }[];
  #statesLeft = 0;
  #finished = Promise.withResolvers<void>();

  private constructor(library: TapiLibrary, tapi: Tapi, app: number, lines: number) {
    this.#library = library;
    this.#tapi = tapi;
    this.#app = app;
    this.#lines = Array.from({ length: lines }, () => {
      const info: Memory = new Uint8Array(CALL_INFO_BYTES);
      new DataView(info.buffer).setUint32(0, CALL_INFO_BYTES, true); // dwTotalSize
      return { work: Promise.resolve(), info };
    });
  }

  static async start(library: TapiLibrary, lines: number): Promise<BareApp> {
    const tapi = new Tapi(library);
    const { app } = await tapi.initialize("bench");
    const { MONITOR } = LINECALLPRIVILEGE;
    for (let device = 0; device < lines; device++) {
      const version = await tapi.negotiate(app, device);
      await tapi.open(app, device, version, device, MONITOR, LINEMEDIAMODE.INTERACTIVEVOICE);
    }
    return new BareApp(library, tapi, app, lines);
  }

  /** Drains until so many states' call information is read. */
  async drain(states: number): Promise<void> {
    this.#statesLeft = states;
    const drained = this.#drain();
    await this.#finished.promise;
    await this.#tapi.shutdown(this.#app);
    await drained;
  }

  get statesLeft(): number {
    return this.#statesLeft;
  }

  async #drain(): Promise<void> {
    while (await this.#library.lineGetMessage(this.#app, this.#message, WAIT_MS) === 0) {
      this.#take();
      for (let taken = 1; taken < BATCH_MESSAGES; taken++) {
        if (this.#library.lineGetMessageNow(this.#app, this.#message, 0) !== 0) break;
        this.#take();
      }
    }
  }

  #take(): void {
    const { dwMessageID, hDevice, dwCallbackInstance, dwParam1 } = LINEMESSAGE.fields;
    if (this.#view.getUint32(dwMessageID.offset, true) !== LINE.CALLSTATE) return;
    const call = this.#view.getUint32(hDevice.offset, true);
    const state = this.#view.getUint32(dwParam1.offset, true);
    const line = this.#lines[this.#view.getUint32(dwCallbackInstance.offset, true)];
    if (line === undefined) throw new Error("a message of an unknown line");
    line.work = line.work.then(async () => {
      await this.#library.lineGetCallInfoW(call, line.info);
      if (state === LINECALLSTATE.IDLE) await this.#library.lineDeallocateCall(call);
      if (--this.#statesLeft === 0) this.#finished.resolve();
    });
  }
}
