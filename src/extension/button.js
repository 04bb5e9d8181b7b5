// @ts-check
/** The extension's button: a letter for the state of the line, counts, and all of it in words. */
/** @import { History } from "./history.js" */
/** @import { Phone } from "./phone.js" */
import { otherEnd, person } from "../panel/format.js";
import { foremost, lookOfCall, lookOfLine } from "../panel/states.js";

/** Dark enough for white letters. @type {Readonly<Record<string, string>>} */
const COLOURS = {
  quiet: "#57606a",
  ok: "#17692f",
  busy: "#0b5cad",
  warn: "#7a4f00",
  bad: "#a81c12",
};

/** @type {(phone: Phone, history: History) => Promise<void>} */
export async function showButton(phone, history) {
  const { text, tone, title } = lookOf(phone, history.newMissed);
  await chrome.action.setBadgeText({ text });
  await chrome.action.setBadgeBackgroundColor({ color: COLOURS[tone] ?? "#57606a" });
  await chrome.action.setBadgeTextColor({ color: "#ffffff" });
  await chrome.action.setTitle({ title });
}

/** @type {(phone: Phone, missed: number) => { text: string, tone: string, title: string }} */
function lookOf({ status, problem, line, calls }, missed) {
  if (status === "unset" || status === "closed" || problem !== undefined) {
    return { text: "!", tone: "bad", title: `Tapi2Ws: ${problem ?? "not connected"}` };
  }
  if (line === undefined) return { text: "…", tone: "quiet", title: "Tapi2Ws: connecting" };
  const call = foremost(calls);
  const { word, letter, tone } = lookOfLine(line, call);
  const also = missed === 0 ? "" : `, ${missed} missed`;
  if (line.status === "open" && call === undefined) {
    const text = missed === 0 ? "" : String(missed);
    return { text, tone: "bad", title: `${line.line}: ${word}${also}` };
  }
  const alike = calls.filter((other) => lookOfCall(other).letter === letter).length;
  const text = alike > 1 ? `${letter}${alike}` : letter;
  const other = call === undefined ? "" : ` – ${person(otherEnd(call))}`;
  return { text, tone, title: `${line.line}: ${word}${other}${also}` };
}
