// @ts-check
/** The phone: dials, and shows the selected line and its calls with the commands that they allow. */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { Command } from "./commands.js" */
/** @import { Results } from "./results.js" */
/** @import { Session } from "./session.js" */
import { adviceOn } from "../model/advice.ts";
import { CallLinks } from "./links.js";
import { CommandBar } from "./command_bar.js";
import { ALWAYS, commandsIn, fieldsOf, permittedIn } from "./commands.js";
import { byId, copyOf, KeyedList, light, mark, part, write } from "./dom.js";
import { elapsed, otherEnd, person, reasonsOf, spaced } from "./format.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { describeSettings, SWITCHED, Switches } from "./settings.js";
import { lookOfCall } from "./states.js";

export class Phone {
  #session;
  #results;
  #root = byId("phone", HTMLElement);
  #dial = part(this.#root, "dial", HTMLFormElement);
  #lineBar;
  #switches;
  /** @type {WeakMap<Element, CommandBar>} */
  #callBars = new WeakMap();
  /** @type {WeakMap<Element, CallLinks>} */
  #links = new WeakMap();
  /** @type {KeyedList<number, Call>} */
  #calls = new KeyedList(part(this.#root, "calls"), (call) => this.#create(call), (item, call) => {
    this.#show(item, call);
  });

  /**
   * @param {Session} session
   * @param {Results} results
   */
  constructor(session, results) {
    this.#session = session;
    this.#results = results;
    this.#lineBar = new CommandBar(
      part(this.#root, "line-buttons"),
      part(this.#root, "line-form"),
      (command, values) => {
        const line = session.selectedLine;
        if (line !== undefined) this.#command(command, { line: session.nameOf(line) }, values);
      },
    );
    this.#switches = new Switches(
      part(this.#root, "line-switches"),
      ({ cmd, label, fields }, isOn) => {
        const line = session.selectedLine;
        if (line === undefined) return;
        const name = session.nameOf(line);
        const result = session.client.command(cmd, { line: name, ...fields(isOn) });
        void results.show(`${name}: ${label.toLowerCase()} ${isOn ? "on" : "off"}`, result);
      },
    );
    this.#dial.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = new FormData(this.#dial);
      this.#dialFrom(String(values.get("line")).trim(), String(values.get("number")).trim());
    });
    const line = this.#lineField;
    line.addEventListener("change", () => session.select(line.value.trim()));
    const draw = () => this.#draw();
    session.listen((news) => {
      if (news.type === "call" && news.call.permanentId !== session.selected) return;
      if (news.type === "selected") line.value = session.nameOf(news.line);
      drawSoon(draw);
    });
    drawEverySecond(draw);
  }

  /** @returns {HTMLInputElement} */
  get #lineField() {
    return /** @type {HTMLInputElement} */ (this.#dial.elements.namedItem("line"));
  }

  /** @type {(name: string, number: string) => void} */
  #dialFrom(name, number) {
    const line = this.#session.select(name);
    const from = line === undefined ? name : this.#session.nameOf(line);
    const result = this.#session.client.dial(from, number);
    void this.#results.show(`${from}: dial ${number}`, result);
  }

  /**
   * @param {Command} command
   * @param {{ readonly line: string, readonly call?: Call }} target
   * @param {Readonly<Record<string, string>>} values
   */
  #command(command, target, values) {
    const fields = fieldsOf(command, target, values);
    const details = Object.values(values).filter((value) => value !== "").join(" ");
    const what = `${target.line}: ${command.label.toLowerCase()} ${details}`.trim();
    void this.#results.show(what, this.#session.client.command(command.cmd, fields));
  }

  #draw() {
    const { selectedLine: line, status, mayControl } = this.#session;
    const isOpen = status.status === "open";
    part(this.#root, "view-only").hidden = !isOpen || mayControl;
    for (const button of this.#dial.querySelectorAll("button")) {
      button.disabled = !isOpen || !mayControl;
    }
    part(this.#root, "line").hidden = line === undefined;
    if (line !== undefined) this.#showLine(line, isOpen);
    this.#calls.show(line === undefined ? new Map() : this.#session.callsOf(line));
  }

  /** @type {(line: Line, isOpen: boolean) => void} */
  #showLine(line, isOpen) {
    const { line: extension, name, kind, can } = line;
    const what = kind === "group" ? "Group" : "Line";
    write(part(this.#root, "line-title"), `${what} ${extension}${name && ` · ${name}`}`);
    write(part(this.#root, "line-text"), describe(line));
    const named = this.#session.nameOf(line);
    mark(part(this.#root, "line-switches"), "aria-label", `Settings of line ${named}`);
    mark(part(this.#root, "line-buttons"), "aria-label", `Commands for line ${named}`);
    const rights = this.#session.client.identity?.can ?? [];
    const possible = isOpen ? permittedIn(can, rights) : [];
    this.#switches.show(line, possible);
    this.#lineBar.show(commandsIn(possible.filter((cmd) => !SWITCHED.includes(cmd))));
  }

  /** @type {(call: Call) => HTMLElement} */
  #create(call) {
    const item = copyOf("phone-call-template");
    const { id } = call;
    mark(part(item, "buttons"), "aria-label", `Commands for call ${id}`);
    const bar = new CommandBar(part(item, "buttons"), part(item, "form"), (command, values) => {
      this.#command(command, { line: this.#session.nameOf(call), call }, values);
    });
    this.#callBars.set(item, bar);
    this.#links.set(item, new CallLinks(part(item, "links")));
    return item;
  }

  /** @type {(item: HTMLElement, call: Call) => void} */
  #show(item, call) {
    const { id, state, stateMode, direction, origin, reason, can, startedAt, connectedAt } = call;
    const look = lookOfCall(call);
    light(part(item, "lamp"), look);
    write(part(item, "title"), person(otherEnd(call)));
    write(part(item, "lasts"), elapsed(connectedAt ?? startedAt));
    const mode = stateMode === null ? "" : ` ${stateMode}`;
    const also = [];
    if (look.state === "elsewhere") also.push(look.word);
    if (call.redirecting.number !== "") also.push(`redirected by ${person(call.redirecting)}`);
    if (call.redirection.number !== "") also.push(`redirected to ${person(call.redirection)}`);
    if (direction === "in" && call.called.number !== "") also.push(`called ${person(call.called)}`);
    const reasons = reasonsOf(call);
    if (reasons !== "") also.push(`disconnected: ${reasons}`);
    const parts = [`${state}${mode}`, `${origin}, ${reason}`, ...also, `call ${id}`];
    write(part(item, "text"), parts.join(" · "));
    this.#links.get(item)?.show(call);
    const { status, mayControl } = this.#session;
    const mayCommand = status.status === "open" && mayControl;
    this.#callBars.get(item)?.show(mayCommand ? commandsIn([...can, ...ALWAYS]) : []);
  }
}

/**
 * @param {Line} line
 * @returns {string} Its status and the reason, its settings, its driver, its permanent id.
 */
function describe(line) {
  const { status, error, forwards, provider, permanentId } = line;
  const parts = [spaced(status)];
  if (error !== undefined) parts.push(error);
  const advice = status === "open" ? undefined : adviceOn(error, status);
  if (advice !== undefined) parts.push(advice);
  for (const { when, to } of forwards) {
    if (to !== "") parts.push(`forwards ${spaced(when)} to ${to}`);
    else if (!line.doNotDisturb) parts.push(`refuses calls: ${spaced(when)}`);
  }
  parts.push(...describeSettings(line));
  if (provider !== "") parts.push(provider);
  parts.push(permanentId);
  return parts.join(" · ");
}
