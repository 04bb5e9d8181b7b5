// @ts-check
/** The top of the page: whether the phone system is connected, and the facts that show it. */
/** @import { Readiness } from "./health.js" */
/** @import { Session } from "./session.js" */
import { byId, light, make, mark, part, write } from "./dom.js";
import { ago, counted } from "./format.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { healthOf } from "./health.js";
import { ask, poll } from "./http.js";

const READY_EVERY_MS = 3000;

export class Overview {
  #session;
  #root = byId("overview", HTMLElement);
  #server = byId("server", HTMLElement);
  #identity = byId("identity", HTMLElement);
  #onReady;
  /** @type {Readiness | undefined} */
  #ready;
  #readyAtMs = 0;
  /** @type {Map<string, HTMLElement>} */
  #facts = new Map();

  /**
   * @param {Session} session
   * @param {(ready: Readiness | undefined) => void} onReady
   */
  constructor(session, onReady) {
    this.#session = session;
    this.#onReady = onReady;
    for (
      const name of ["Open lines", "Live calls", "Last TAPI message", "Last probe answered"]
    ) {
      this.#add(name);
    }
    const draw = () => this.#draw();
    const askNow = poll(READY_EVERY_MS, () => this.#ask());
    session.listen(({ type }) => {
      if (type === "provider" || type === "status") askNow();
      drawSoon(draw);
    });
    drawEverySecond(draw);
  }

  async #ask() {
    const { status, body } = await ask("readyz");
    // 503 has the same body, and means that the phone system is not connected.
    this.#ready = status === 200 || status === 503
      ? /** @type {Readiness | undefined} */ (body)
      : undefined;
    this.#readyAtMs = Date.now();
    this.#onReady(this.#ready);
    drawSoon(() => this.#draw());
  }

  #draw() {
    const { client, status, wasOpen, refusal } = this.#session;
    const { identity, provider, lines, calls, server } = client;
    const { tone, letter, sentence, advice, place } = healthOf({
      status,
      wasOpen,
      refusal,
      can: identity?.can ?? [],
      provider,
      lines: lines.values(),
      ready: this.#ready,
    });
    mark(this.#root, "data-tone", tone);
    light(part(this.#root, "lamp"), { letter, tone });
    write(part(this.#root, "sentence"), sentence);
    part(this.#root, "advice").hidden = advice === undefined;
    write(part(this.#root, "advice"), advice ?? "");
    part(this.#root, "more").hidden = place === undefined;
    mark(part(this.#root, "more"), "href", `manual/${place ?? ""}`);
    const open = [...lines.values()].filter((line) => line.status === "open").length;
    this.#show("Open lines", `${open} of ${lines.size}`);
    this.#show("Live calls", String(calls.size));
    this.#show("Last TAPI message", this.#age(this.#ready?.lastMessageAgeSeconds));
    this.#show("Last probe answered", this.#age(this.#ready?.lastProbeAgeSeconds));
    const sites = this.#ready?.nats?.sites;
    if (sites !== undefined) this.#showSites(sites);
    write(
      this.#server,
      server === undefined ? location.host : `${server.version} · ${location.host}`,
    );
    write(this.#identity, identity === undefined ? "" : `You are ${describe(identity)}`);
    const title = tone === "ok"
      ? `${counted(calls.size, "call")} · Tapi2Ws`
      : `${letter} ${sentence}`;
    if (document.title !== title) document.title = title;
  }

  /** On a gateway. @param {readonly { site: string, state: string }[]} sites */
  #showSites(sites) {
    if (!this.#facts.has("Sites")) this.#add("Sites");
    const names = sites.map(({ site, state }) => state === "up" ? site : `${site} (${state})`);
    this.#show("Sites", names.join(", ") || "none");
  }

  /** @param {string} name */
  #add(name) {
    const value = make("dd");
    const pair = make("div");
    pair.append(make("dt", name), value);
    part(this.#root, "facts").append(pair);
    this.#facts.set(name, value);
  }

  /** @type {(name: string, text: string) => void} */
  #show(name, text) {
    const value = this.#facts.get(name);
    if (value !== undefined) write(value, text);
  }

  /**
   * @param {number | null | undefined} seconds Its age when the server answered.
   * @returns {string}
   */
  #age(seconds) {
    if (seconds === undefined) return "unknown";
    return ago(seconds === null ? null : seconds + (Date.now() - this.#readyAtMs) / 1000);
  }
}

/** @param {{ name: string, can: readonly string[], lines: readonly string[] }} identity */
function describe({ name, can, lines }) {
  const where = lines.includes("*") ? "" : `, lines ${lines.join(", ")}`;
  return `${name} (${can.join(", ") || "no permissions"}${where})`;
}
