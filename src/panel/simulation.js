// @ts-check
/** Makes phones of the simulated phone system ring. Hidden on a real one. */
/** @import { Results } from "./results.js" */
/** @import { Session } from "./session.js" */
import { showPart } from "./clients.js";
import { byId, make, part } from "./dom.js";
import { ask, problemOf } from "./http.js";

export class Simulation {
  #session;
  #results;
  #root = byId("simulation", HTMLElement);
  #form = part(this.#root, "ring", HTMLFormElement);

  /**
   * @param {Session} session
   * @param {Results} results
   */
  constructor(session, results) {
    this.#session = session;
    this.#results = results;
    const to = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("to"));
    session.listen((news) => {
      if (news.type === "status" && news.event.status === "open") void this.#load();
      if (news.type === "selected") to.value = news.line.line;
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = new FormData(this.#form);
      const from = String(values.get("from")).trim();
      const line = String(values.get("to")).trim();
      const call = { to: line, ...from !== "" && { from } };
      void this.#play(`${line}: ring`, "fake/calls", call);
    });
  }

  async #load() {
    const { status, body } = await ask("fake/scenarios");
    const isAvailable = status === 200 && Array.isArray(body) && this.#session.mayControl;
    showPart("simulation", isAvailable);
    if (!isAvailable) return;
    const scenarios = /** @type {readonly { name: string, description: string }[]} */ (body);
    part(this.#root, "scenarios").replaceChildren(...scenarios.map(({ name, description }) => {
      const button = make("button", name, { type: "button", title: description });
      button.addEventListener("click", () => {
        void this.#play(`play ${name}`, `fake/scenarios/${encodeURIComponent(name)}`, {});
      });
      return button;
    }));
  }

  /** @type {(what: string, path: string, json: object) => Promise<void>} */
  async #play(what, path, json) {
    const asked = ask(path, json).then((answer) => {
      if (answer.status !== 200) throw problemOf(answer);
      const { call } = /** @type {{ call: { line: string } }} */ (answer.body);
      this.#session.select(call.line);
      return answer.body;
    });
    await this.#results.show(what, asked);
  }
}
