// @ts-check
/** The error that the library rejects with and reports, and what it is made of. */
/** @import * as Api from "./client.d.ts" */

export class Tapi2WsError extends Error {
  /**
   * @override
   * @readonly
   * @type {"Tapi2WsError"}
   */
  name = "Tapi2WsError";

  /**
   * @param {Api.Problem} problem
   * @param {{ readonly cause?: unknown }} [options]
   */
  constructor({ code, message, tapi }, options) {
    super(message, options);
    /** @readonly */
    this.code = code;
    /** @readonly */
    this.tapi = tapi;
  }
}

/**
 * Fills in what an error lacks that came from the server or from another tab.
 *
 * @param {unknown} error
 * @returns {Api.Problem}
 */
export function problemOf(error) {
  const { code, message, tapi } = /** @type {Partial<Api.Problem>} */ (error ?? {});
  return {
    code: code ?? "bad_request",
    message: message ?? "The server gives no reason",
    ...tapi !== undefined && { tapi },
  };
}

/** @type {(message: string) => Api.Tapi2WsError} */
export function disconnected(message) {
  return new Tapi2WsError({ code: "disconnected", message });
}
