/** The words that every dialect shares: sub-protocols and the codes with which clients are closed. */

/** What a client asks for that speaks v2; every other one speaks classic. */
export const V2_PROTOCOL = "tapi2ws.v2";

/** A token behind it, which a page cannot send in a header. Beside {@linkcode V2_PROTOCOL}. */
export const TOKEN_PROTOCOL = "tapi2ws.token.";

/** The sub-protocols that a request offers. */
export function protocolsOf(headers: Headers): string[] {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").map((protocol) => protocol.trim());
}

/** RFC 6455 close codes that the server uses; 4000 and up are its own. */
export const CLOSE = {
  /** The server stops. */
  goingAway: 1001,
  /** A message is longer than the bound. */
  tooLarge: 1009,
  /** Who the client is does not hold any more, or never did. */
  unauthorized: 4401,
  /** The client takes nothing any more, and answers nothing. */
  noSignOfLife: 4408,
  /** More unsent bytes than the bound: the client reads too slowly. */
  tooSlow: 4410,
  /** Too many connections, or messages without end. */
  tooMany: 4429,
} as const;
