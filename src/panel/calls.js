// @ts-check
/** The live calls, oldest first, with their durations. */
/** @import { Call } from "../client/client.d.ts" */
/** @import { Session } from "./session.js" */
import { byId, copyOf, KeyedList, light, part, write } from "./dom.js";
import { elapsed, otherEnd, person, reasonsOf } from "./format.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { CallLinks } from "./links.js";
import { lookOfCall } from "./states.js";

const ARROWS = { in: "from", out: "to", unknown: "with" };

export class Calls {
  #session;
  #root = byId("calls", HTMLElement);
  /** @type {KeyedList<number, Call>} */
  #rows = new KeyedList(
    part(this.#root, "rows"),
    (call) => this.#create(call),
    (row, call) => {
      show(row, call);
      this.#links.get(row)?.show(call);
    },
  );
  /** Calls that changed since they were drawn. @type {Set<number>} */
  #changed = new Set();
  /** @type {WeakMap<Element, CallLinks>} */
  #links = new WeakMap();
  /** Whether calls began or ended since then. */
  #isStale = true;

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    const draw = () => this.#draw();
    session.listen((news) => {
      if (news.type === "call" && (news.change === "state" || news.change === "info")) {
        this.#changed.add(news.call.id);
        this.#isStale ||= this.#rows.get(news.call.id) === undefined;
      } else if (news.type === "call" || news.type === "state") this.#isStale = true;
      else return;
      drawSoon(draw);
    });
    drawEverySecond(() => {
      for (const id of session.client.calls.keys()) this.#changed.add(id);
      draw();
    });
  }

  #draw() {
    const { calls } = this.#session.client;
    if (this.#isStale) {
      this.#isStale = false;
      this.#rows.show(calls);
      write(part(this.#root, "count"), String(calls.size));
      part(this.#root, "none").hidden = calls.size > 0;
    } else {
      for (const id of this.#changed) {
        const call = calls.get(id);
        if (call !== undefined) this.#rows.refresh(id, call);
      }
    }
    this.#changed.clear();
  }

  /** @type {(call: Call) => HTMLElement} */
  #create(call) {
    const row = copyOf("call-template");
    const button = part(row, "line");
    write(button, call.line);
    button.title = `Show line ${this.#session.nameOf(call)}`;
    button.addEventListener("click", () => this.#session.select(call.permanentId));
    this.#links.set(row, new CallLinks(part(row, "links")));
    return row;
  }
}

/** @type {(row: HTMLElement, call: Call) => void} */
function show(row, call) {
  const { state, stateMode, direction, origin, reason, startedAt, connectedAt } = call;
  const look = lookOfCall(call);
  light(part(row, "lamp"), look);
  write(part(row, "state"), state);
  write(part(row, "mode"), look.state === "elsewhere" ? look.word : stateMode ?? "");
  write(part(row, "with"), `${ARROWS[direction] ?? "with"} ${person(otherEnd(call))}`);
  write(part(row, "lasts"), elapsed(connectedAt ?? startedAt));
  write(part(row, "why"), reasonsOf(call) || `${origin}, ${reason}`);
}
