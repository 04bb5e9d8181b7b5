/** The WebSocket sub-protocols that clients can offer. */

/** Offered by clients that speak v2; every other client speaks classic. */
export const V2_PROTOCOL = "tapi2ws.v2";

/** Prefix of a token, which a page cannot send in a header. Offered beside {@linkcode V2_PROTOCOL}. */
export const TOKEN_PROTOCOL = "tapi2ws.token.";

/** The sub-protocols that a request offers. */
export function protocolsOf(headers: Headers): string[] {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").map((protocol) => protocol.trim());
}
