/** Why the server closes a WebSocket: RFC 6455's codes that it sends, and its own from 4000 up. */

export interface CloseCode {
  readonly code: number;
  readonly meaning: string;
}

export const CLOSE = {
  goingAway: { code: 1001, meaning: "The server is stopping: reconnect later" },
  tooLarge: { code: 1009, meaning: "A message is longer than hello.limits.messageBytes" },
  unauthorized: {
    code: 4401,
    meaning: "The token is not valid or no longer valid: get a new one",
  },
  noSignOfLife: { code: 4408, meaning: "The client has stopped reading and answering" },
  tooSlow: { code: 4410, meaning: "The client reads too slowly: reconnect and resume" },
  tooMany: {
    code: 4429,
    meaning: "Too many messages without a pause: try again later",
  },
} as const satisfies Readonly<Record<string, CloseCode>>;
