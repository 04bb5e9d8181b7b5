// @ts-check
/**
 * The lamp board, `<tapi2ws-board>`, which any page can embed: every line with its lamp and its call;
 * a click picks up what rings there, or calls.
 *
 * Attributes: `server`, by default the one that this file comes from; `lines` to show, by default
 * all; `line`, that of the person at the board; `token`.
 */
/** @import { Line } from "../client/client.d.ts" */
/** @import { News } from "./session.js" */
// @ts-types="../client/client.d.ts"
import { connect } from "../client.js";
import { actionOn } from "./board_action.js";
import { make, mark, write } from "./dom.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { Session } from "./session.js";
import { byExtension, drawTile, matches, newTile } from "./tile.js";
import { TileField } from "./tile_field.js";

/** Where the entered line is kept. */
const KEY = "tapi2ws.board.line";
const SHEETS = ["theme.css", "controls.css", "tiles.css", "board.css"];

class Board {
  #session;
  /** The line of the person at the board, as entered. */
  #own = make("input", "", { autocomplete: "off", size: "8" });
  #find = make("input", "", { type: "search", autocomplete: "off", size: "12" });
  #allow = make("button", "Allow", { type: "button" });
  #status = make("p", "", { role: "status" });
  #field = make("div", "", { class: "field", role: "group", "aria-label": "Lines" });
  #tiles;
  /** The permanent ids of lines that changed since they were drawn. @type {Set<string>} */
  #changed = new Set();
  /** Whether other lines may have to be shown. */
  #isStale = true;
  /** The result of the last click, until the next. */
  #result = "";
  #draw = () => this.#drawAll();
  #stopClock;

  /**
   * @param {ShadowRoot} root
   * @param {Session} session
   * @param {string | null} own The line of the person at the board; `null` to ask for it.
   */
  constructor(root, session, own) {
    this.#session = session;
    this.#tiles = new TileField(this.#field, {
      create: (line) => newTile("button", line, { type: "button" }),
      draw: (tile, line) => this.#show(tile, line),
      activate: (id) => this.#press(id),
    });
    this.#own.value = own ?? rememberedLine();
    const bar = make("div", "", { class: "tools" });
    if (own === null) bar.append(labelled("My line", this.#own));
    bar.append(labelled("Find", this.#find), this.#allow);
    const sheets = SHEETS.map((name) =>
      make("link", "", { rel: "stylesheet", href: new URL(name, import.meta.url).href })
    );
    root.replaceChildren(...sheets, bar, this.#status, this.#field);
    for (const input of [this.#own, this.#find]) {
      input.addEventListener("input", () => this.#redraw());
    }
    this.#own.addEventListener("input", () => rememberLine(this.#own.value));
    this.#allow.addEventListener("click", () => {
      session.client.requestAccess().catch(({ message }) => this.#report(message));
    });
    session.listen((news) => this.#hear(news));
    this.#stopClock = drawEverySecond(() => {
      for (const id of session.busyLines) this.#changed.add(id);
      this.#drawAll();
    });
    this.#redraw();
  }

  stop() {
    this.#stopClock();
    void this.#session.client.close();
  }

  /** @returns {Line | undefined} The line of the person at the board. */
  get #ownLine() {
    const name = this.#own.value.trim();
    return name === "" ? undefined : this.#session.client.linesOf(name)[0];
  }

  #redraw() {
    this.#isStale = true;
    drawSoon(this.#draw);
  }

  /** @param {News} news */
  #hear(news) {
    if (news.type === "call") this.#changed.add(news.call.permanentId);
    else if (news.type === "line") {
      this.#changed.add(news.line.permanentId);
      // The actions of each line depend on the user's own line.
      this.#isStale ||= news.change === "added" || news.change === "removed" ||
        news.line.permanentId === this.#ownLine?.permanentId;
    } else if (news.type === "state" || news.type === "status") this.#isStale = true;
    drawSoon(this.#draw);
  }

  #drawAll() {
    const { client } = this.#session;
    write(this.#status, this.#statusText());
    this.#allow.hidden = client.status !== "blocked";
    if (this.#isStale) {
      this.#isStale = false;
      const wanted = [...client.lines.values()].filter((line) => matches(line, this.#find.value));
      this.#tiles.show(wanted.sort(byExtension));
      mark(this.#field, "data-stale", client.status === "open" ? undefined : "");
    } else {
      for (const id of this.#changed) {
        const line = client.lines.get(id);
        if (line !== undefined) this.#tiles.refresh(line);
      }
    }
    this.#changed.clear();
  }

  /** @returns {string} */
  #statusText() {
    const { client, status: { status, reason = "" }, mayControl } = this.#session;
    if (status === "connecting") return "Connecting…";
    if (status !== "open") return `Not connected: ${reason}`;
    if (this.#result !== "") return this.#result;
    if (client.identity?.can.length === 0) return "This server requires a token.";
    const name = this.#own.value.trim();
    if (!mayControl) return "";
    if (name === "") return "Enter your own line to call and pick up with a click.";
    return this.#ownLine === undefined ? `There is no line ${name} on this board.` : "";
  }

  /** @type {(tile: HTMLElement, line: Line) => void} */
  #show(tile, line) {
    drawTile(tile, line, this.#session);
    const action = actionOn(this.#session, this.#ownLine, line);
    mark(tile, "title", action?.label);
    mark(tile, "aria-disabled", action === undefined ? "true" : undefined);
  }

  /** @param {string} id */
  #press(id) {
    const line = this.#session.client.lines.get(id);
    const action = line && actionOn(this.#session, this.#ownLine, line);
    if (line === undefined || action === undefined) return;
    const what = `${action.label} ${line.line}`;
    this.#report(`${what}…`);
    action.run().then(
      () => this.#report(`${what}: done`),
      ({ message }) => this.#report(`${what}: ${message}`),
    );
  }

  /** @param {string} result */
  #report(result) {
    this.#result = result;
    drawSoon(this.#draw);
  }
}

class BoardElement extends HTMLElement {
  static observedAttributes = ["server", "lines", "line", "token"];
  #root = this.attachShadow({ mode: "open" });
  /** @type {Board | undefined} */
  #board;

  connectedCallback() {
    const server = this.getAttribute("server") ?? new URL("../", import.meta.url).href;
    const lines = this.getAttribute("lines")?.split(/[\s,]+/).filter((name) => name !== "");
    const token = this.getAttribute("token");
    const options = { ...lines && { lines }, ...token !== null && { token } };
    const session = new Session(() => connect(new URL(server, document.baseURI), options));
    this.#board = new Board(this.#root, session, this.getAttribute("line"));
  }

  disconnectedCallback() {
    this.#board?.stop();
    this.#board = undefined;
  }

  attributeChangedCallback() {
    if (this.#board === undefined) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }
}

/** @returns {string} */
function rememberedLine() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    // In a frame, browsers can keep the storage shut.
    return "";
  }
}

/** @param {string} line */
function rememberLine(line) {
  try {
    localStorage.setItem(KEY, line);
  } catch {
    // Then it is entered the next time again.
  }
}

/** @type {(text: string, input: HTMLInputElement) => HTMLLabelElement} */
function labelled(text, input) {
  const label = make("label", text);
  label.append(" ", input);
  return label;
}

customElements.define("tapi2ws-board", BoardElement);
