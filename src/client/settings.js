// @ts-check
/** The options of a client, with the defaults filled in. */
/** @import * as Api from "./client.d.ts" */

/**
 * @typedef {Required<Pick<Api.ConnectOptions,
 *   "timeoutMs" | "connectTimeoutMs" | "keepAliveMs" | "random" | "WebSocket" | "timers">> & {
 *   url: string,
 *   lines: readonly string[] | undefined,
 *   events: Api.ConnectOptions["events"] | undefined,
 *   token: Api.ConnectOptions["token"] | undefined,
 *   firstMs: number,
 *   longestMs: number,
 * }} Settings
 */

/** @type {(url: string | URL, options: Api.ConnectOptions) => Settings} */
export function settingsOf(url, options) {
  const { lines, events, token, backOff = {}, WebSocket = globalThis.WebSocket } = options;
  if (WebSocket === undefined) {
    throw new TypeError("No WebSocket is available: pass one as the option WebSocket");
  }
  return {
    url: socketUrl(url),
    lines: lines === undefined ? undefined : [lines].flat().map((line) => `${line}`),
    events,
    token,
    timeoutMs: options.timeoutMs ?? 15_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    keepAliveMs: options.keepAliveMs ?? 20_000,
    firstMs: backOff.firstMs ?? 1_000,
    longestMs: backOff.longestMs ?? 30_000,
    random: options.random ?? Math.random,
    WebSocket,
    timers: options.timers ?? {
      setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
      clearTimeout: (timer) => clearTimeout(/** @type {number} */ (timer)),
    },
  };
}

/** @type {(url: string | URL) => string} */
function socketUrl(url) {
  const parsed = new URL(url, globalThis.location?.href);
  parsed.protocol = parsed.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(parsed.protocol)) {
    throw new TypeError(`Not the URL of a Tapi2Ws server: ${url}`);
  }
  return parsed.href;
}
