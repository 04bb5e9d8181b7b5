/**
 * Reaches the stand-in in another process with the controls that tests have for the one in their own:
 * each waits for its answer, as a function call does. tests/native/standin/remote.c is the other end.
 */
import { StandIn, SYMBOLS } from "../native/standin.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { ANSWER_AT, type Notice, type Order, STATE } from "./remote_worker.ts";

/** As in remote.c's struct order. */
const NAME_BYTES = 32;
const MOST_ARGUMENTS = 5;
const IS_NUMBER = 0xfffffffe;
const IS_NULL = 0xffffffff;
/** More than any answer takes: the log is the longest, 1 MiB. */
const MEMORY_BYTES = 2 << 20;

type Argument = number | AllowSharedBufferSource | null;

/** A stand-in that connects to the test, once the program begins to use it. */
export class RemoteStandin implements AsyncDisposable {
  /** What the process is to be told: TAPI_STANDIN_CONTROL. */
  readonly port: number;
  /** Its controls, from {@linkcode connected} on. */
  readonly standin: StandIn;
  /** Settled when the program waits for {@linkcode go}. */
  readonly connected: Promise<void>;
  readonly #worker: Worker;
  readonly #memory: SharedArrayBuffer;

  private constructor(
    worker: Worker,
    memory: SharedArrayBuffer,
    port: number,
    connected: Promise<void>,
  ) {
    this.#worker = worker;
    this.#memory = memory;
    this.port = port;
    this.connected = connected;
    const names = Object.keys(SYMBOLS) as (keyof typeof SYMBOLS)[];
    const call = (name: string) => (...args: Argument[]) => this.#call(name, args);
    const controls = Object.fromEntries(names.map((name) => [name, call(name)]));
    this.standin = new StandIn(controls as Record<keyof typeof SYMBOLS, ReturnType<typeof call>>);
  }

  static async listen(): Promise<RemoteStandin> {
    const worker = new Worker(new URL("./remote_worker.ts", import.meta.url), { type: "module" });
    const memory = new SharedArrayBuffer(MEMORY_BYTES);
    const listening = Promise.withResolvers<number>();
    const connected = Promise.withResolvers<void>();
    worker.onmessage = ({ data }: MessageEvent<Notice>) => {
      if (data === "connected") connected.resolve();
      else listening.resolve(data.port);
    };
    worker.postMessage(memory);
    return new RemoteStandin(worker, memory, await listening.promise, connected.promise);
  }

  /**
   * Lets the program go on, which waits before it initialises TAPI, and after it has shut it down.
   */
  go(): void {
    this.#call("standin_go", []);
  }

  // deno-lint-ignore require-await -- so that it is disposed of like everything else
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
  }

  /** Calls an export, waits, and puts into the buffers what it put there. @returns Its result. */
  #call(name: string, args: readonly Argument[]): number {
    const buffers = args.map((argument) =>
      argument === null || typeof argument === "number" ? undefined : bytesOf(argument)
    );
    const contents = buffers.flatMap((buffer) => buffer ?? []);
    const answerBytes = contents.reduce((sum, { length }) => sum + length, 4);
    const bytes = new Uint8Array(HEADER_BYTES + answerBytes - 4);
    bytes.set(header(name, args, buffers));
    place(bytes.subarray(HEADER_BYTES), contents);

    const state = new Int32Array(this.#memory, 0, 1);
    Atomics.store(state, 0, STATE.WAITING);
    this.#worker.postMessage({ bytes, answerBytes } satisfies Order);
    Atomics.wait(state, 0, STATE.WAITING, PATIENCE_MS);
    if (Atomics.load(state, 0) !== STATE.ANSWERED) {
      throw new Error(`The stand-in does not answer ${name}: it has gone, or hangs`);
    }
    let at = ANSWER_AT + 4;
    for (const buffer of contents) {
      buffer.set(new Uint8Array(this.#memory, at, buffer.length));
      at += buffer.length;
    }
    return new DataView(this.#memory).getUint32(ANSWER_AT, true);
  }
}

const HEADER_BYTES = NAME_BYTES + MOST_ARGUMENTS * 8;

function header(
  name: string,
  args: readonly Argument[],
  buffers: readonly (Uint8Array | undefined)[],
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set(new TextEncoder().encode(name));
  const view = new DataView(bytes.buffer, NAME_BYTES);
  for (let i = 0; i < MOST_ARGUMENTS; i++) {
    const argument = args[i] ?? null;
    const isNumber = typeof argument === "number";
    view.setUint32(i * 8, isNumber ? argument : 0, true);
    view.setUint32(i * 8 + 4, isNumber ? IS_NUMBER : buffers[i]?.length ?? IS_NULL, true);
  }
  return bytes;
}

function place(into: Uint8Array, contents: readonly Uint8Array[]): void {
  let at = 0;
  for (const content of contents) {
    into.set(content, at);
    at += content.length;
  }
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
