// @ts-check
/** The code that connects a page to this server, to copy. */
/** @import { Session } from "./session.js" */
// @ts-types="../client/client.d.ts"
import { blockageOf } from "../client.js";
import { copyTextOf } from "./copy.js";
import { byId, part, write } from "./dom.js";
import { currentToken } from "./token.js";

const COPIED_FOR_MS = 3000;
/** The page that is judged until another one is entered: most are on https. */
const USUAL_PAGE = "https://crm";

export class Snippet {
  #root = byId("connect", HTMLElement);
  #code = part(this.#root, "code");

  /** @param {Session} session */
  constructor(session) {
    const show = () => write(this.#code, snippetFor(nameIn(session)));
    session.listen(({ type }) => {
      if (type === "selected" || type === "state") show();
    });
    show();
    const page = part(this.#root, "page", HTMLInputElement);
    const judge = () => write(part(this.#root, "blockage"), judgementOf(page.value.trim()));
    page.placeholder = USUAL_PAGE;
    page.addEventListener("input", judge);
    judge();
    part(this.#root, "copy").addEventListener("click", () => void this.#copy());
  }

  async #copy() {
    const copied = part(this.#root, "copied");
    write(copied, await copyTextOf(this.#code));
    setTimeout(() => write(copied, ""), COPIED_FOR_MS);
  }
}

/**
 * @param {string} page The address of a page; "" before one is entered.
 * @returns {string} What browsers have against it; "" if nothing.
 */
function judgementOf(page) {
  const address = page === "" ? USUAL_PAGE : page;
  if (!/^https?:\/\/./.test(address) || !URL.canParse(address)) {
    return "Enter an address that begins with http:// or https://.";
  }
  return blockageOf(address, serverUrl())?.message ?? (page === "" ? "" : "This page can connect.");
}

/** @returns {string} */
function serverUrl() {
  return new URL(".", document.baseURI).href;
}

/** @type {(session: Session) => string} */
function nameIn(session) {
  const line = session.selectedLine ?? [...session.client.lines.values()][0];
  return line === undefined ? "201" : session.nameOf(line);
}

/** @type {(line: string) => string} */
function snippetFor(line) {
  const server = serverUrl();
  const token = currentToken() === undefined ? "" : ', token: "YOUR-TOKEN"';
  return `<script type="module">
  import { connect } from "${server}client.js";

  const phone = connect("${server}", { lines: ${JSON.stringify(line)}${token} });
  phone.on("ring", ({ caller }) => console.log("ringing:", caller.number || "number withheld"));
  phone.on("ended", ({ id }) => console.log("ended:", id));

  // Dials and hangs up.
  const dial = (number) => phone.dial(${JSON.stringify(line)}, number);
  const hangUp = () => phone.drop({ line: ${JSON.stringify(line)} });
</script>`;
}
