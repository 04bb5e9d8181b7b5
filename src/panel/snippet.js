// @ts-check
/** The code that connects a page to this server, to copy. */
/** @import { Session } from "./session.js" */
import { copyTextOf } from "./copy.js";
import { byId, part, write } from "./dom.js";
import { currentToken } from "./token.js";

const COPIED_FOR_MS = 3000;

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
    part(this.#root, "copy").addEventListener("click", () => void this.#copy());
  }

  async #copy() {
    const copied = part(this.#root, "copied");
    write(copied, await copyTextOf(this.#code));
    setTimeout(() => write(copied, ""), COPIED_FOR_MS);
  }
}

/** @type {(session: Session) => string} */
function nameIn(session) {
  const line = session.selectedLine ?? [...session.client.lines.values()][0];
  return line === undefined ? "201" : session.nameOf(line);
}

/** @type {(line: string) => string} */
function snippetFor(line) {
  const server = new URL(".", document.baseURI).href;
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
