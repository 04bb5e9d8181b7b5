// @ts-check
/** Problems, their cause and what to do: lines that are not open, driver functions that hang. */
/** @import { Readiness } from "./health.js" */
/** @import { Session } from "./session.js" */
import { ADVICE, adviceOn } from "../model/advice.ts";
import { byId, copyOf, KeyedList, light, mark, part, write } from "./dom.js";
import { counted } from "./format.js";
import { drawSoon } from "./frames.js";
import { lookOfLine } from "./states.js";

/**
 * @typedef {object} Trouble
 * @property {string} what
 * @property {string} error
 * @property {string} advice
 * @property {string} place Where the manual has more about it.
 * @property {string[]} lines
 */

/** Lines beyond are only counted. */
const MOST_NAMED = 30;

export class Troubles {
  #session;
  #root = byId("troubles", HTMLElement);
  /** @type {Readiness["hanging"]} */
  #hanging = [];
  /** @type {KeyedList<string, Trouble>} */
  #list = new KeyedList(part(this.#root, "list"), () => copyOf("trouble-template"), show);
  #draw = () => {
    const troubles = new Map([...ofLines(this.#session), ...ofHanging(this.#hanging)]);
    this.#root.hidden = troubles.size === 0;
    this.#list.show(troubles);
  };

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.listen(({ type }) => {
      if (type === "line" || type === "state") drawSoon(this.#draw);
    });
  }

  /** @param {Readiness | undefined} ready */
  take(ready) {
    this.#hanging = ready?.hanging ?? [];
    drawSoon(this.#draw);
  }
}

/**
 * One entry for all lines with the same status and error.
 *
 * @param {Session} session
 * @returns {Map<string, Trouble>}
 */
function ofLines(session) {
  const inTrouble = [...session.client.lines.values()].filter(({ status }) => status !== "open");
  const groups = Map.groupBy(inTrouble, ({ status, error = "" }) => `${status} ${error}`);
  /** @type {Map<string, Trouble>} */
  const troubles = new Map();
  for (const [key, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const { status, error } = first;
    troubles.set(key, {
      what: `${counted(group.length, "line")} ${lookOfLine(first, undefined).word}`,
      error: error ?? "",
      advice: adviceOn(error, status) ?? "",
      place: error !== undefined && error in ADVICE ? error : status,
      lines: group.map((line) => session.nameOf(line)),
    });
  }
  return troubles;
}

/** @type {(hanging: Readiness["hanging"]) => Map<string, Trouble>} */
function ofHanging(hanging) {
  return new Map(hanging.map(({ fn, line, forSeconds }, index) => [`hanging ${index}`, {
    what: `${fn} has not returned for ${Math.floor(forSeconds)} s`,
    error: "",
    advice: ADVICE.hanging,
    place: "hanging",
    lines: line === undefined ? [] : [line],
  }]));
}

/** @type {(element: HTMLElement, trouble: Trouble) => void} */
function show(element, { what, error, advice, place, lines }) {
  const named = lines.slice(0, MOST_NAMED).join(", ");
  const more = lines.length > MOST_NAMED ? ` and ${lines.length - MOST_NAMED} more` : "";
  light(part(element, "lamp"), { letter: "!", tone: "bad" });
  write(part(element, "what"), what);
  write(part(element, "error"), error);
  write(part(element, "advice"), advice);
  mark(part(element, "more"), "href", `manual/troubleshooting#${place}`);
  write(part(element, "lines"), lines.length === 0 ? "" : `On ${named}${more}`);
}
