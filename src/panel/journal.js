// @ts-check
/** Finished calls: the latest, or those that a search finds. Hidden if no journal is kept. */
/** @import { Call } from "../client/client.d.ts" */
/** @import { Session } from "./session.js" */
import { showPart } from "./clients.js";
import { byId, make, part, write } from "./dom.js";
import { duration, moment, otherEnd, person, reasonsOf, spaced } from "./format.js";
import { ask, problemOf } from "./http.js";

const PAGE = 50;
/** The server writes the journal in batches. */
const WRITTEN_AFTER_MS = 1500;

/**
 * @typedef {Pick<Call, "line" | "permanentId" | "direction" | "caller" | "called" | "connected"
 *   | "startedAt" | "disconnect" | "disconnects"> & {
 *   readonly result: string,
 *   readonly ringMs: number,
 *   readonly talkMs?: number | undefined,
 * }} Entry
 */

/** @typedef {{ entries: Entry[], next?: string, missing?: string[] }} Page */

export class Journal {
  #root = byId("journal", HTMLElement);
  #form = part(this.#root, "form", HTMLFormElement);
  #rows = part(this.#root, "rows");
  #none = part(this.#root, "none");
  #more = part(this.#root, "more");
  #note = part(this.#root, "missing");
  /** Sites whose calls are not all on the pages that are shown. @type {Set<string>} */
  #missing = new Set();
  /** Where the next page begins. @type {string | undefined} */
  #next;
  /** Counts the searches: the result of one that is no longer the latest is ignored. */
  #search = 0;
  /** Whether older pages are shown: then new entries do not move them. */
  #showsOlder = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Session} session */
  constructor(session) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#load();
    });
    this.#more.addEventListener("click", () => void this.#load(this.#next));
    session.listen((news) => {
      if (news.type === "status" && news.event.status === "open") void this.#load();
      if (news.type === "call" && news.change === "ended") this.#loadLater();
    });
  }

  #loadLater() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#showsOlder && !this.#root.hidden && !document.hidden) void this.#load();
    }, WRITTEN_AFTER_MS);
  }

  /** @param {string} [cursor] From the latest on when left out. */
  async #load(cursor) {
    const search = ++this.#search;
    const query = this.#query();
    part(this.#root, "csv").setAttribute("href", `api/v2/journal?format=csv&${query}`);
    query.set("limit", String(PAGE));
    if (cursor !== undefined) query.set("cursor", cursor);
    const answer = await ask(`api/v2/journal?${query}`);
    if (search !== this.#search) return;
    if (answer.status !== 200) return this.#fail(answer);
    showPart("journal", true);
    const { entries, next, missing } = /** @type {Page} */ (answer.body);
    if (cursor === undefined) this.#rows.replaceChildren();
    this.#rows.append(...entries.map(rowOf));
    this.#showsOlder = cursor !== undefined;
    this.#next = next;
    this.#more.hidden = next === undefined;
    if (cursor === undefined) this.#missing.clear();
    for (const site of missing ?? []) this.#missing.add(site);
    write(this.#note, noteOf([...this.#missing]));
    write(this.#none, this.#rows.childElementCount === 0 ? "No calls found." : "");
  }

  /** @param {import("./http.js").Answer} answer */
  #fail(answer) {
    const { code, message } = problemOf(answer);
    if (answer.status === 404 || ["not_supported", "not_permitted"].includes(code)) {
      return showPart("journal", false);
    }
    write(this.#none, message);
  }

  /** @returns {URLSearchParams} */
  #query() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form)) {
      const text = String(value).trim();
      if (text === "") continue;
      // A time of day of the browser, without a zone.
      query.set(name, name === "from" || name === "to" ? new Date(text).toISOString() : text);
    }
    return query;
  }
}

/** @type {(missing: readonly string[]) => string} */
function noteOf(missing) {
  if (missing.length === 0) return "";
  return `Not all calls of ${missing.join(", ")} are shown: no answer, or no journal for gateways.`;
}

/** @type {(entry: Entry) => HTMLTableRowElement} */
function rowOf(entry) {
  const { line, permanentId, direction, result, startedAt, ringMs, talkMs } = entry;
  const reasons = reasonsOf(entry);
  const isOrdinary = reasons === "" || reasons === "NORMAL";
  const row = make("tr");
  row.append(
    make("td", moment(startedAt)),
    make("td", line, { class: "extension", title: permanentId }),
    make("td", direction),
    make("td", person(otherEnd(entry))),
    make("td", isOrdinary ? spaced(result) : `${spaced(result)} (${reasons})`),
    make("td", duration(ringMs), { class: "end figures" }),
    make("td", talkMs === undefined ? "–" : duration(talkMs), { class: "end figures" }),
  );
  return row;
}
