// @ts-check
/** The known state of lines, calls and the telephony service, and the events that it causes. */
/** @import * as Api from "./client.d.ts" */
/** @import { Listeners } from "./listeners.js" */
/** @import { Events, Point, ServerEvent, WholeState } from "./progress.js" */
import { Links } from "./links.js";

export class State {
  /** By permanent id. @type {Map<string, Api.Line>} */
  lines = new Map();
  /** @type {Map<number, Api.Call>} */
  calls = new Map();
  /** @type {Api.ProviderState | undefined} */
  provider;
  /** The last event that is in the state. @type {Point | undefined} */
  point;
  /** The calls for which `ring` was emitted. @type {Set<number>} */
  #rung = new Set();
  #links = new Links();
  #listeners;
  #opensLinks;

  /**
   * @param {Listeners} listeners
   * @param {() => boolean} opensLinks Whether links are to be opened here.
   */
  constructor(listeners, opensLinks) {
    this.#listeners = listeners;
    this.#opensLinks = opensLinks;
  }

  /** @param {WholeState} state */
  replace({ epoch, seq, gap, provider, lines, calls }) {
    const before = this.point?.epoch === epoch ? this.calls : new Map();
    const known = new Set(calls.map(({ id }) => id));
    const knownBefore = new Set(before.keys());
    const gone = [...this.calls.values()].filter(({ id }) => !before.has(id) || !known.has(id));
    this.point = { epoch, seq };
    this.provider = provider;
    this.lines.clear();
    for (const line of lines) this.lines.set(line.permanentId, line);
    this.calls.clear();
    for (const call of calls) this.calls.set(call.id, call);
    for (const { id } of gone) this.#forget(id);
    this.#listeners.tell({ type: "state", seq, gap });
    for (const call of gone) this.#listeners.emit("ended", call);
    for (const call of calls) {
      this.#ringOnce(call);
      // A page that is opened while people talk opens nothing.
      if (call.connectedAt === undefined || knownBefore.has(call.id)) this.#openLinks(call);
      else this.#links.take(call);
    }
  }

  /**
   * @param {Events} events
   * @returns {boolean} Whether they follow the last event that is known; if not, they are ignored.
   */
  apply({ epoch, after, seq, events }) {
    if (epoch !== this.point?.epoch || after !== this.point.seq) return false;
    this.point = { epoch, seq };
    for (const event of events) this.#apply(event);
    return true;
  }

  /** @type {(name: string) => Api.Line[]} */
  linesOf(name) {
    return [...this.lines.values()].filter(({ line, permanentId }) =>
      line === name || permanentId === name
    );
  }

  /** @returns {WholeState | undefined} None before it is known. */
  snapshot() {
    const { point, provider, lines, calls } = this;
    const all = { gap: false, provider, lines: [...lines.values()], calls: [...calls.values()] };
    return point && { ...point, ...all };
  }

  /** @param {ServerEvent} event */
  #apply(event) {
    switch (event.type) {
      case "call": {
        const { call, change } = event;
        if (change === "ended") this.calls.delete(call.id);
        else this.calls.set(call.id, call);
        this.#listeners.tell(event);
        if (change !== "ended") {
          this.#ringOnce(call);
          return this.#openLinks(call);
        }
        this.#forget(call.id);
        return this.#listeners.emit("ended", call);
      }
      case "line": {
        const { line, change } = event;
        if (change === "removed") this.lines.delete(line.permanentId);
        else this.lines.set(line.permanentId, line);
        return this.#listeners.tell(event);
      }
      case "provider":
        this.provider = event.state;
        return this.#listeners.tell(event);
    }
  }

  /** @param {number} id */
  #forget(id) {
    this.#rung.delete(id);
    this.#links.forget(id);
  }

  /** @param {Api.Call} call */
  #openLinks(call) {
    const links = this.#links.take(call);
    if (!this.#opensLinks()) return;
    for (const link of links) this.#listeners.emit("link", { ...link, call });
  }

  /** @param {Api.Call} call */
  #ringOnce(call) {
    const rings = (call.state === "OFFERING" || call.state === "ACCEPTED") &&
      call.direction !== "out";
    if (!rings || this.#rung.has(call.id)) return;
    this.#rung.add(call.id);
    this.#listeners.emit("ring", call);
  }
}
