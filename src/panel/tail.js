// @ts-check
/** The latest events, newest first: with a filter, and a pause for reading. */
/** @import { News, Session } from "./session.js" */
import { byId, copyOf, light, part, write } from "./dom.js";
import { clockTime, otherEnd, person, reasonsOf, serverNowMs, spaced } from "./format.js";
import { drawSoon } from "./frames.js";
import { lookOfCall, lookOfLine } from "./states.js";

/** How many are kept and shown. */
const MOST = 500;

/**
 * @typedef {object} Entry
 * @property {"call" | "line" | "system"} kind
 * @property {string} at ISO 8601
 * @property {string} line
 * @property {{ letter: string, tone: string }} lamp
 * @property {string} what
 * @property {string} text
 */

export class Tail {
  #root = byId("events", HTMLElement);
  #rows = part(this.#root, "rows");
  #kind = part(this.#root, "kind", HTMLSelectElement);
  #find = part(this.#root, "find", HTMLInputElement);
  #pause = part(this.#root, "pause", HTMLButtonElement);
  /** Oldest first. @type {Entry[]} */
  #entries = [];
  /** How many of them are not shown yet. */
  #fresh = 0;
  /** Whether all of them have to be drawn again. */
  #isStale = false;
  #isPaused = false;
  #draw = () => this.#drawFresh();

  /** @param {Session} session */
  constructor(session) {
    session.listen((news) => this.#hear(news));
    const refilter = () => {
      this.#isStale = true;
      drawSoon(this.#draw);
    };
    this.#kind.addEventListener("change", refilter);
    this.#find.addEventListener("input", refilter);
    this.#pause.addEventListener("click", () => {
      this.#isPaused = !this.#isPaused;
      this.#pause.setAttribute("aria-pressed", String(this.#isPaused));
      drawSoon(this.#draw);
    });
    part(this.#root, "clear").addEventListener("click", () => {
      this.#entries = [];
      refilter();
    });
  }

  /** @param {News} news */
  #hear(news) {
    const entry = entryOf(news);
    if (entry === undefined) return;
    this.#entries.push(entry);
    // Not with every event: it copies them all.
    if (this.#entries.length > 2 * MOST) this.#entries = this.#entries.slice(-MOST);
    this.#fresh++;
    drawSoon(this.#draw);
  }

  #drawFresh() {
    if (this.#isPaused && !this.#isStale) {
      return write(this.#pause, this.#fresh === 0 ? "Resume" : `Resume (${this.#fresh} new)`);
    }
    write(this.#pause, this.#isPaused ? "Resume" : "Pause");
    const kept = Math.min(this.#entries.length, MOST);
    const count = this.#isStale ? kept : Math.min(this.#fresh, kept);
    if (this.#isStale || this.#fresh >= MOST) this.#rows.replaceChildren();
    this.#isStale = false;
    this.#fresh = 0;
    const rows = document.createDocumentFragment();
    const wanted = this.#filter();
    for (const entry of this.#entries.slice(this.#entries.length - count).reverse()) {
      if (wanted(entry)) rows.append(rowOf(entry));
    }
    this.#rows.prepend(rows);
    while (this.#rows.childElementCount > MOST) this.#rows.lastElementChild?.remove();
    part(this.#root, "none").hidden = this.#rows.childElementCount > 0;
  }

  /** @returns {(entry: Entry) => boolean} */
  #filter() {
    const kind = this.#kind.value;
    const text = this.#find.value.trim().toLowerCase();
    return (entry) =>
      (kind === "" || entry.kind === kind) &&
      (text === "" || `${entry.line} ${entry.what} ${entry.text}`.toLowerCase().includes(text));
  }
}

/** @type {(entry: Entry) => HTMLElement} */
function rowOf({ at, line, lamp, what, text }) {
  const row = copyOf("event-template");
  write(part(row, "time"), clockTime(at));
  write(part(row, "line"), line);
  light(part(row, "lamp"), lamp);
  write(part(row, "what"), what);
  write(part(row, "text"), text);
  return row;
}

/** @type {(news: News) => Entry | undefined} */
function entryOf(news) {
  switch (news.type) {
    case "call": {
      const { at, change, call } = news;
      const { line, state, direction, origin, reason } = call;
      const arrow = direction === "out" ? "→" : "←";
      const why = reasonsOf(call) || `${origin}, ${reason}`;
      return {
        kind: "call",
        at,
        line,
        lamp: lookOfCall(call),
        what: change === "state" ? state : `${state} (${change})`,
        text: `${arrow} ${person(otherEnd(call))} · ${why} · call ${call.id}`,
      };
    }
    case "line": {
      const { at, change, line } = news;
      const lamp = lookOfLine(line, undefined);
      const text = change === "forwarding" ? forwardsOf(line.forwards) : line.error ?? "";
      const what = `${spaced(change)}: ${spaced(line.status)}`;
      return { kind: "line", at, line: line.line, lamp, what, text };
    }
    case "provider": {
      const isUp = news.state === "up";
      const lamp = { letter: isUp ? "✓" : "✕", tone: isUp ? "ok" : "bad" };
      return system(news.at, lamp, `TAPI is ${news.state}`, "");
    }
    case "status": {
      const { status, reason = "" } = news.event;
      if (status === "connecting") return undefined;
      const isOpen = status === "open";
      const lamp = { letter: isOpen ? "✓" : "✕", tone: isOpen ? "ok" : "bad" };
      const what = isOpen ? "connected" : "connection lost";
      return system(new Date(serverNowMs()).toISOString(), lamp, what, reason);
    }
    case "state":
      if (!news.gap) return undefined;
      return system(
        new Date(serverNowMs()).toISOString(),
        { letter: "!", tone: "warn" },
        "state reloaded",
        "Events may have been missed",
      );
    default:
      return undefined;
  }
}

/** @type {(at: string, lamp: Entry["lamp"], what: string, text: string) => Entry} */
function system(at, lamp, what, text) {
  return { kind: "system", at, line: "", lamp, what, text };
}

/** @type {(forwards: readonly { when: string, to: string }[]) => string} */
function forwardsOf(forwards) {
  if (forwards.length === 0) return "not forwarded";
  return forwards.map(({ when, to }) => `${spaced(when)} → ${to || "refused"}`).join(", ");
}
