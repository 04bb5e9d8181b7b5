/** Why the server closes a WebSocket: RFC 6455's codes that it sends, and its own from 4000 up. */

export interface CloseCode {
  readonly code: number;
  readonly meaning: string;
}

export const CLOSE = {
  goingAway: { code: 1001, meaning: "The server stops: connect again after a while" },
  tooLarge: { code: 1009, meaning: "A message is longer than hello.limits.messageBytes" },
  unauthorized: {
    code: 4401,
    meaning: "The token is not valid, or not any more: get a new one",
  },
  noSignOfLife: { code: 4408, meaning: "The client has stopped reading and answering" },
  tooSlow: { code: 4410, meaning: "The client reads too slowly: connect again and resume" },
  tooMany: {
    code: 4429,
    meaning: "Too many messages without a pause: come back later",
  },
} as const satisfies Readonly<Record<string, CloseCode>>;
