// @ts-check
/** The WebSocket itself: the sub-protocols that it offers, and how it is closed. */
/** @import * as Api from "./client.d.ts" */
import { Timer, withResolvers } from "./waiting.js";

const PROTOCOL = "tapi2ws.v2";
const TOKEN_PREFIX = "tapi2ws.token.";
/** WebSocket.OPEN. */
const OPEN = 1;
/** How long a closed socket waits for the server to close its side. */
const GOODBYE_MS = 1_000;

/** @type {(token: string | undefined) => string[]} */
export function subProtocols(token) {
  return token === undefined ? [PROTOCOL] : [PROTOCOL, TOKEN_PREFIX + token];
}

/** @type {(socket: Api.WebSocketLike | undefined) => socket is Api.WebSocketLike} */
export function canSend(socket) {
  return socket?.readyState === OPEN;
}

/** @type {(socket: Api.WebSocketLike, timers: Api.Timers) => Promise<void>} */
export async function sayGoodbye(socket, timers) {
  const gone = withResolvers();
  const timer = new Timer(timers);
  socket.onclose = gone.resolve;
  timer.set(GOODBYE_MS, gone.resolve);
  closeQuietly(socket, 1000, "");
  await gone.promise;
  timer.clear();
}

/** @type {(socket?: Api.WebSocketLike, ...why: [code?: number, reason?: string]) => void} */
export function closeQuietly(socket, ...why) {
  try {
    socket?.close(...why);
  } catch {
    // Some WebSockets cannot be closed while they are being opened; those end by themselves.
  }
}
