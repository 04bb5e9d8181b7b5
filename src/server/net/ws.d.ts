/** The part of the ws package that the guarded port uses. The types made for it bring all of node's. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ClientSocket } from "./client.ts";

interface SocketListeners {
  message: (data: Uint8Array, isBinary: boolean) => void;
  pong: () => void;
  error: (error: Error & { readonly code?: string }) => void;
  close: (code: number) => void;
}

export interface WebSocket extends ClientSocket {
  on<K extends keyof SocketListeners>(event: K, listener: SocketListeners[K]): this;
  ping(): void;
  /** Cuts the connection. */
  terminate(): void;
}

interface Options {
  readonly noServer: true;
  readonly clientTracking: boolean;
  readonly perMessageDeflate: false;
  /** Bytes. */
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  /** Milliseconds from the close frame until the connection is cut. */
  readonly closeTimeout: number;
  readonly handleProtocols: () => string | false;
}

export class WebSocketServer {
  constructor(options: Options);
  handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Uint8Array,
    callback: (socket: WebSocket) => void,
  ): void;
}
