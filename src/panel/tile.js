// @ts-check
/** A line as a tile: its lamp, its name, its marks, its call. */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { Session } from "./session.js" */
import { light, make, mark, part, write } from "./dom.js";
import { elapsed, otherEnd, person } from "./format.js";
import { lampList, lampsOf } from "./settings.js";
import { foremost, lookOfLine } from "./states.js";

/** The small lamps of each tile. @type {WeakMap<HTMLElement, ReturnType<typeof lampList>>} */
const LAMPS = new WeakMap();

const { compare } = new Intl.Collator("en", { numeric: true });

/** @type {(a: Line, b: Line) => number} For sorting. */
export function byExtension(a, b) {
  return compare(a.line, b.line);
}

/** @type {(line: Line, text: string) => boolean} Whether a line is what somebody looks for. */
export function matches({ line, name }, text) {
  return `${line} ${name}`.toLowerCase().includes(text.trim().toLowerCase());
}

/**
 * @template {"div" | "button"} K
 * @param {K} tag
 * @param {Line} line
 * @param {Readonly<Record<string, string>>} attributes
 * @returns {HTMLElementTagNameMap[K]}
 */
export function newTile(tag, { line, permanentId }, attributes) {
  const tile = make(tag, "", { class: "tile", "data-line": permanentId, ...attributes });
  const lamps = make("span", "", { "data-part": "lamps" });
  const marks = make("span", "", { class: "marks" });
  marks.append(lamps, " ", make("span", "", { "data-part": "marks" }));
  LAMPS.set(tile, lampList(lamps));
  tile.append(
    make("span", "", { class: "lamp", "data-part": "lamp", "aria-hidden": "true" }),
    make("span", line, { class: "extension", "data-part": "line" }),
    marks,
    make("span", "", { class: "figures", "data-part": "lasts" }),
    make("span", "", { class: "name", "data-part": "name" }),
    make("span", "", { class: "doing", "data-part": "doing" }),
  );
  return tile;
}

/**
 * @param {HTMLElement} tile
 * @param {Line} line
 * @param {Session} session
 */
export function drawTile(tile, line, session) {
  const { permanentId, name } = line;
  const calls = session.callsOf(line);
  const call = foremost(calls.values());
  const look = lookOfLine(line, call);
  mark(tile, "data-state", look.state);
  mark(tile, "data-tone", look.tone);
  light(part(tile, "lamp"), look);
  write(part(tile, "name"), session.isShared(line.line) ? `${name} · ${permanentId}` : name);
  LAMPS.get(tile)?.show(lampsOf(line));
  write(part(tile, "marks"), marksOf(line, calls.size));
  const what = line.status === "open" ? doing(look.word, call) : line.error ?? look.word;
  write(part(tile, "doing"), what);
  write(part(tile, "lasts"), call === undefined ? "" : elapsed(call.connectedAt ?? call.startedAt));
}

/** The permanent id of the line. @type {(target: EventTarget | null) => string | undefined} */
export function lineOf(target) {
  const tile = target instanceof Element ? target.closest("[data-line]") : null;
  return tile instanceof HTMLElement ? tile.dataset["line"] : undefined;
}

/** @type {(word: string, call: Call | undefined) => string} */
function doing(word, call) {
  if (call === undefined) return word;
  const other = otherEnd(call);
  return `${word}: ${other.directory?.name || other.name || person(other)}`;
}

/** @type {(line: Line, calls: number) => string} */
function marksOf({ line, kind, forwards, user }, calls) {
  const marks = [];
  if (kind === "group") marks.push("group");
  if (calls > 1) marks.push(`${calls} calls`);
  if (user && user.number !== line) marks.push(`user ${user.number}`);
  for (const { when, to } of forwards) {
    // To nowhere: do not disturb, which has a lamp.
    if (when === "always" && to !== "") marks.push(`→ ${to}`);
  }
  return marks.join(" ");
}
