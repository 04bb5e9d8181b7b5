// @ts-check
/** The busy-lamp field: every line with its lamp and its call; the selected one is shown beside it. */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { News, Session } from "./session.js" */
import { byId, copyOf, KeyedList, light, mark, part, write } from "./dom.js";
import { elapsed, otherEnd, person } from "./format.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { lampList, lampsOf } from "./settings.js";
import { foremost, lookOfLine } from "./states.js";

const { compare } = new Intl.Collator("en", { numeric: true });

export class Lines {
  #session;
  #root = byId("lines", HTMLElement);
  #field = part(this.#root, "field");
  #which = part(this.#root, "which", HTMLSelectElement);
  #find = part(this.#root, "find", HTMLInputElement);
  /** The permanent ids of lines that changed since they were drawn. @type {Set<string>} */
  #changed = new Set();
  /** Whether other lines may have to be shown. */
  #isStale = true;
  /** By permanent id. @type {Map<string, Line>} */
  #shown = new Map();
  /** @type {KeyedList<string, Line>} */
  #tiles = new KeyedList(this.#field, (line) => this.#create(line), (tile, line) => {
    this.#show(tile, line);
  });
  /** The small lamps of each tile. @type {WeakMap<HTMLElement, ReturnType<typeof lampList>>} */
  #lamps = new WeakMap();
  /** The permanent id of the line whose tile has the tab stop. */
  #current = "";
  #draw = () => this.#drawAll();

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    session.listen((news) => this.#hear(news));
    const refilter = () => {
      this.#isStale = true;
      drawSoon(this.#draw);
    };
    this.#which.addEventListener("change", refilter);
    this.#find.addEventListener("input", refilter);
    this.#field.addEventListener("click", ({ target }) => this.#select(lineOf(target)));
    this.#field.addEventListener("keydown", (event) => this.#press(event));
    this.#field.addEventListener("focusin", ({ target }) => this.#reach(lineOf(target)));
    drawEverySecond(() => {
      for (const id of session.busyLines) this.#changed.add(id);
      this.#drawAll();
    });
  }

  /** @param {News} news */
  #hear(news) {
    switch (news.type) {
      case "state":
        this.#isStale = true;
        break;
      case "line":
        this.#changed.add(news.line.permanentId);
        this.#isStale ||= news.change === "added" || news.change === "removed" || this.#isFiltered;
        break;
      case "call":
        this.#changed.add(news.call.permanentId);
        this.#isStale ||= this.#isFiltered;
        break;
      case "selected":
        for (const id of this.#shown.keys()) this.#changed.add(id);
        break;
      default:
        return;
    }
    drawSoon(this.#draw);
  }

  /** @returns {boolean} Whether a line is shown or not by what it does. */
  get #isFiltered() {
    return this.#which.value !== "all";
  }

  #drawAll() {
    const { lines } = this.#session.client;
    if (this.#isStale) {
      this.#isStale = false;
      const wanted = [...lines.values()].filter((line) => this.#isWanted(line));
      wanted.sort((a, b) => compare(a.line, b.line));
      this.#shown = new Map(wanted.map((line) => [line.permanentId, line]));
      if (!this.#shown.has(this.#current)) this.#current = wanted[0]?.permanentId ?? "";
      this.#tiles.show(this.#shown);
      const all = lines.size;
      const count = wanted.length === all ? String(all) : `${wanted.length} of ${all}`;
      write(part(this.#root, "count"), count);
      this.#field.hidden = wanted.length === 0;
      part(this.#root, "none").hidden = wanted.length > 0;
    } else {
      for (const id of this.#changed) {
        const line = lines.get(id);
        if (line !== undefined) this.#tiles.refresh(id, line);
      }
    }
    this.#changed.clear();
  }

  /** @type {(line: Line) => boolean} */
  #isWanted(wanted) {
    const { line, name, status } = wanted;
    const text = this.#find.value.trim().toLowerCase();
    if (text !== "" && !`${line} ${name}`.toLowerCase().includes(text)) return false;
    switch (this.#which.value) {
      case "busy":
        return this.#session.callsOf(wanted).size > 0;
      case "not_open":
        return status !== "open";
      default:
        return true;
    }
  }

  /** @type {(line: Line) => HTMLElement} */
  #create({ line, permanentId }) {
    const tile = copyOf("line-template");
    tile.dataset["line"] = permanentId;
    write(part(tile, "line"), line);
    this.#lamps.set(tile, lampList(part(tile, "lamps")));
    return tile;
  }

  /** @type {(tile: HTMLElement, line: Line) => void} */
  #show(tile, line) {
    const { permanentId, name } = line;
    const calls = this.#session.callsOf(line);
    const call = foremost(calls.values());
    const look = lookOfLine(line, call);
    mark(tile, "data-state", look.state);
    mark(tile, "data-tone", look.tone);
    mark(tile, "aria-selected", String(permanentId === this.#session.selected));
    mark(tile, "tabindex", permanentId === this.#current ? "0" : "-1");
    light(part(tile, "lamp"), look);
    write(
      part(tile, "name"),
      this.#session.isShared(line.line) ? `${name} · ${permanentId}` : name,
    );
    this.#lamps.get(tile)?.show(lampsOf(line));
    write(part(tile, "marks"), marksOf(line, calls.size));
    write(
      part(tile, "doing"),
      line.status === "open" ? doing(look.word, call) : line.error ?? look.word,
    );
    write(
      part(tile, "lasts"),
      call === undefined ? "" : elapsed(call.connectedAt ?? call.startedAt),
    );
    mark(
      tile,
      "title",
      line.status === "open" ? undefined : `${look.word} ${line.error ?? ""}`.trim(),
    );
  }

  /** @param {string | undefined} id */
  #select(id) {
    if (id === undefined) return;
    this.#session.select(id);
    // On a narrow page the phone is further up.
    if (matchMedia("(max-width: 60rem)").matches) byId("phone", HTMLElement).scrollIntoView();
  }

  /** @param {string | undefined} id */
  #reach(id) {
    if (id === undefined || id === this.#current) return;
    const before = this.#tiles.get(this.#current);
    if (before !== undefined) mark(before, "tabindex", "-1");
    this.#current = id;
    const now = this.#tiles.get(id);
    if (now !== undefined) mark(now, "tabindex", "0");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key } = event;
    if (key === "Enter" || key === " ") this.#select(lineOf(event.target));
    else {
      const ids = [...this.#shown.keys()];
      const columns = getComputedStyle(this.#field).gridTemplateColumns.split(" ").length;
      const at = ids.indexOf(this.#current);
      /** @type {Readonly<Record<string, number>>} */
      const targets = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        ArrowDown: at + columns,
        ArrowUp: at - columns,
        Home: 0,
        End: ids.length - 1,
      };
      const to = targets[key];
      const id = to === undefined ? undefined : ids[to];
      if (id === undefined) return;
      this.#tiles.get(id)?.focus();
    }
    event.preventDefault();
  }
}

/** The permanent id of the line. @type {(target: EventTarget | null) => string | undefined} */
function lineOf(target) {
  const tile = target instanceof Element ? target.closest("[data-line]") : null;
  return tile instanceof HTMLElement ? tile.dataset["line"] : undefined;
}

/** @type {(word: string, call: Call | undefined) => string} */
function doing(word, call) {
  if (call === undefined) return word;
  const other = otherEnd(call);
  return `${word}: ${other.name === "" ? person(other) : other.name}`;
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
