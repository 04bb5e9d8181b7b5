// @ts-check
/** The action of a click on a tile of the lamp board. */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { Session } from "./session.js" */
import { foremost, lookOfCall } from "./states.js";

/**
 * @typedef {object} Action
 * @property {string} label
 * @property {() => Promise<unknown>} run
 */

/**
 * @param {Session} session
 * @param {Line | undefined} own The line of the person at the board.
 * @param {Line} line
 * @returns {Action | undefined} None if nothing is allowed.
 */
export function actionOn(session, own, line) {
  if (own === undefined || !session.mayControl) return undefined;
  const { client } = session;
  const from = session.nameOf(own);
  const call = ringingOf(session.callsOf(line).values());
  if (own.permanentId === line.permanentId) {
    return call?.can.includes("answer")
      ? { label: "Answer", run: () => client.answer(call) }
      : undefined;
  }
  if (call === undefined) {
    return own.can.includes("dial")
      ? { label: "Call", run: () => client.dial(from, line.line) }
      : undefined;
  }
  return own.can.includes("pickup")
    ? { label: "Pick up", run: () => client.pickup(from, { from: line.line }) }
    : undefined;
}

/** @type {(calls: Iterable<Call>) => Call | undefined} */
function ringingOf(calls) {
  const call = foremost(calls);
  return call !== undefined && lookOfCall(call).state === "ringing" ? call : undefined;
}
