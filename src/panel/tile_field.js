// @ts-check
/** A field of tiles, one for each line: one of them has the tab stop, arrow keys move it. */
/** @import { Line } from "../client/client.d.ts" */
import { KeyedList, mark } from "./dom.js";
import { lineOf } from "./tile.js";

export class TileField {
  #field;
  #activate;
  /** The permanent ids of the shown lines, in their order. @type {string[]} */
  #ids = [];
  /** The permanent id of the line whose tile has the tab stop. */
  #current = "";
  /** @type {KeyedList<string, Line>} */
  #tiles;

  /**
   * @param {HTMLElement} field
   * @param {{
   *   readonly create: (line: Line) => HTMLElement,
   *   readonly draw: (tile: HTMLElement, line: Line) => void,
   *   readonly activate: (permanentId: string) => void,
   * }} tiles
   */
  constructor(field, { create, draw, activate }) {
    this.#field = field;
    this.#activate = activate;
    this.#tiles = new KeyedList(field, create, (tile, line) => {
      mark(tile, "tabindex", line.permanentId === this.#current ? "0" : "-1");
      draw(tile, line);
    });
    field.addEventListener("click", ({ target }) => this.#press(lineOf(target)));
    field.addEventListener("keydown", (event) => this.#move(event));
    field.addEventListener("focusin", ({ target }) => this.#reach(lineOf(target)));
  }

  /** @param {readonly Line[]} lines In the order of the field. */
  show(lines) {
    this.#ids = lines.map(({ permanentId }) => permanentId);
    if (!this.#ids.includes(this.#current)) this.#current = this.#ids[0] ?? "";
    this.#tiles.show(new Map(lines.map((line) => [line.permanentId, line])));
  }

  /** Draws what a line has become, if it is shown. @param {Line} line */
  refresh(line) {
    this.#tiles.refresh(line.permanentId, line);
  }

  /** @returns {readonly string[]} The permanent ids of the shown lines. */
  get ids() {
    return this.#ids;
  }

  /** @param {string | undefined} id */
  #press(id) {
    if (id !== undefined) this.#activate(id);
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
  #move(event) {
    const { key } = event;
    if (key === "Enter" || key === " ") this.#press(lineOf(event.target));
    else {
      const columns = getComputedStyle(this.#field).gridTemplateColumns.split(" ").length;
      const at = this.#ids.indexOf(this.#current);
      /** @type {Readonly<Record<string, number>>} */
      const targets = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        ArrowDown: at + columns,
        ArrowUp: at - columns,
        Home: 0,
        End: this.#ids.length - 1,
      };
      const to = targets[key];
      const id = to === undefined ? undefined : this.#ids[to];
      if (id === undefined) return;
      this.#tiles.get(id)?.focus();
    }
    event.preventDefault();
  }
}
