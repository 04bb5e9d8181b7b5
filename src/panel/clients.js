// @ts-check
/** The clients that are connected to the server; shown to those with permission. */
import { byId, KeyedList, make, part, write } from "./dom.js";
import { byteCount, elapsed } from "./format.js";
import { drawSoon } from "./frames.js";
import { ask, poll } from "./http.js";

const EVERY_MS = 3000;
/** Those beyond are only counted. */
const MOST = 200;

/**
 * @typedef {object} Connected
 * @property {number} id
 * @property {string} name
 * @property {string} address
 * @property {string} dialect
 * @property {readonly string[] | null} lines
 * @property {number} unsentBytes
 * @property {string} connectedAt
 */

export class Clients {
  #root = byId("clients", HTMLElement);
  /** @type {KeyedList<number, Connected, HTMLTableRowElement>} */
  #rows = new KeyedList(part(this.#root, "rows"), createRow, showRow);
  /** Asks again: the identity, and with it the permission, may have changed. */
  ask = poll(EVERY_MS, () => this.#ask());

  async #ask() {
    const { status, body } = await ask("api/v2/clients");
    drawSoon(() => this.#show(status === 200 && Array.isArray(body) ? body : undefined));
  }

  /** @param {readonly Connected[] | undefined} clients */
  #show(clients) {
    showPart("clients", clients !== undefined);
    if (clients === undefined) return;
    this.#rows.show(new Map(clients.slice(0, MOST).map((client) => [client.id, client])));
    write(part(this.#root, "count"), String(clients.length));
    const more = part(this.#root, "more");
    more.hidden = clients.length <= MOST;
    write(more, `And ${clients.length - MOST} more.`);
  }
}

/**
 * Shows or hides a part of the page that not everyone has, with the links to it.
 *
 * @param {string} id
 * @param {boolean} isAvailable
 */
export function showPart(id, isAvailable) {
  byId(id, HTMLElement).hidden = !isAvailable;
  for (const link of document.querySelectorAll(`[data-for="${id}"]`)) {
    /** @type {HTMLElement} */ (link).hidden = !isAvailable;
  }
}

/** @returns {HTMLTableRowElement} */
function createRow() {
  const row = make("tr");
  for (let column = 0; column < 6; column++) row.append(make("td"));
  for (const cell of [...row.cells].slice(4)) cell.className = "end figures";
  return row;
}

/** @type {(row: HTMLTableRowElement, client: Connected) => void} */
function showRow(row, { name, address, dialect, lines, unsentBytes, connectedAt }) {
  const listens = lines === null ? "all" : lines.length === 0 ? "none" : lines.join(", ");
  const texts = [name, address, dialect, listens, byteCount(unsentBytes), elapsed(connectedAt)];
  for (const [index, text] of texts.entries()) {
    const cell = row.cells[index];
    if (cell !== undefined) write(cell, text);
  }
}
