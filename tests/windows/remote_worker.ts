/**
 * The thread that talks to a stand-in in another process, while the test's own thread waits: it takes
 * one connection, and then sends orders and stores their answers in memory that both threads see.
 */
/// <reference lib="deno.worker" />

/** An order as tests/native/standin/remote.c reads it, and where the answer goes. */
export interface Order {
  readonly bytes: Uint8Array;
  readonly answerBytes: number;
}

/** What the worker tells: first its port, then that the stand-in has connected. */
export type Notice = { readonly port: number } | "connected";

/** The shared memory begins with the state of the order, 4 bytes; then comes the answer. */
export const STATE = { WAITING: 0, ANSWERED: 1, GONE: 2 } as const;
export const ANSWER_AT = 4;

/** Takes the one connection and follows the test's orders until it ends the thread. */
async function serve(memory: SharedArrayBuffer): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  tell({ port: listener.addr.port });
  const connection = await listener.accept();
  listener.close();
  self.onmessage = async ({ data }: MessageEvent<Order>) => {
    const state = new Int32Array(memory, 0, 1);
    const answered = await follow(connection, data, new Uint8Array(memory, ANSWER_AT));
    Atomics.store(state, 0, answered ? STATE.ANSWERED : STATE.GONE);
    Atomics.notify(state, 0);
  };
  tell("connected");
}

/** Answers whether the stand-in answered. */
async function follow(connection: Deno.Conn, order: Order, into: Uint8Array): Promise<boolean> {
  const answer = new Uint8Array(order.answerBytes);
  try {
    for (let sent = 0; sent < order.bytes.length;) {
      sent += await connection.write(order.bytes.subarray(sent));
    }
    for (let taken = 0; taken < answer.length;) {
      const bytes = await connection.read(answer.subarray(taken));
      if (bytes === null) return false;
      taken += bytes;
    }
  } catch {
    return false; // The process has ended.
  }
  into.set(answer);
  return true;
}

function tell(notice: Notice): void {
  self.postMessage(notice);
}

self.onmessage = ({ data }: MessageEvent<SharedArrayBuffer>) => void serve(data);
