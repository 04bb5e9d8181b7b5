// @ts-check
/** The busy-lamp field: every line with its lamp and its call; the selected one is shown beside it. */
/** @import { Line } from "../client/client.d.ts" */
/** @import { News, Session } from "./session.js" */
import { byId, mark, part, write } from "./dom.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { foremost, lookOfLine } from "./states.js";
import { byExtension, drawTile, matches, newTile } from "./tile.js";
import { TileField } from "./tile_field.js";

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
  #tiles = new TileField(this.#field, {
    create: (line) => newTile("div", line, { role: "option" }),
    draw: (tile, line) => this.#show(tile, line),
    activate: (id) => this.#select(id),
  });
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
        for (const id of this.#tiles.ids) this.#changed.add(id);
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
      this.#tiles.show(wanted.sort(byExtension));
      const all = lines.size;
      const count = wanted.length === all ? String(all) : `${wanted.length} of ${all}`;
      write(part(this.#root, "count"), count);
      this.#field.hidden = wanted.length === 0;
      part(this.#root, "none").hidden = wanted.length > 0;
    } else {
      for (const id of this.#changed) {
        const line = lines.get(id);
        if (line !== undefined) this.#tiles.refresh(line);
      }
    }
    this.#changed.clear();
  }

  /** @type {(line: Line) => boolean} */
  #isWanted(wanted) {
    if (!matches(wanted, this.#find.value)) return false;
    switch (this.#which.value) {
      case "busy":
        return this.#session.callsOf(wanted).size > 0;
      case "not_open":
        return wanted.status !== "open";
      default:
        return true;
    }
  }

  /** @type {(tile: HTMLElement, line: Line) => void} */
  #show(tile, line) {
    drawTile(tile, line, this.#session);
    mark(tile, "aria-selected", String(line.permanentId === this.#session.selected));
    const { word } = lookOfLine(line, foremost(this.#session.callsOf(line).values()));
    const isOpen = line.status === "open";
    mark(tile, "title", isOpen ? undefined : `${word} ${line.error ?? ""}`.trim());
  }

  /** @param {string} id */
  #select(id) {
    this.#session.select(id);
    // On a narrow page the phone is further up.
    if (matchMedia("(max-width: 60rem)").matches) byId("phone", HTMLElement).scrollIntoView();
  }
}
