// @ts-check
/** The telephone: dials, and shows the line that is looked at with all that can be done on it. */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { Answers } from "./answers.js" */
/** @import { Command } from "./commands.js" */
/** @import { Session } from "./session.js" */
import { adviceOn } from "./advice.js";
import { CommandBar } from "./command_bar.js";
import { CALL_COMMANDS, fieldsOf, LINE_COMMANDS } from "./commands.js";
import { byId, copyOf, KeyedList, light, mark, part, write } from "./dom.js";
import { elapsed, otherEnd, person } from "./format.js";
import { drawEverySecond, drawSoon } from "./frames.js";
import { lookOfState } from "./states.js";

export class Phone {
  #session;
  #answers;
  #root = byId("phone", HTMLElement);
  #dial = part(this.#root, "dial", HTMLFormElement);
  #lineBar;
  /** @type {WeakMap<Element, CommandBar>} */
  #callBars = new WeakMap();
  /** @type {KeyedList<number, Call>} */
  #calls = new KeyedList(part(this.#root, "calls"), (call) => this.#create(call), (item, call) => {
    this.#show(item, call);
  });

  /**
   * @param {Session} session
   * @param {Answers} answers
   */
  constructor(session, answers) {
    this.#session = session;
    this.#answers = answers;
    this.#lineBar = new CommandBar(
      part(this.#root, "line-buttons"),
      part(this.#root, "line-form"),
      (command, values) => this.#give(command, { line: session.selected }, values),
    );
    this.#dial.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = new FormData(this.#dial);
      this.#dialFrom(String(values.get("line")).trim(), String(values.get("number")).trim());
    });
    const line = this.#lineField;
    line.addEventListener("change", () => {
      if (session.client.lines.has(line.value.trim())) session.select(line.value.trim());
    });
    const draw = () => this.#draw();
    session.listen((news) => {
      if (news.type === "call" && news.call.line !== session.selected) return;
      if (news.type === "selected") line.value = news.line;
      drawSoon(draw);
    });
    drawEverySecond(draw);
  }

  /** @returns {HTMLInputElement} */
  get #lineField() {
    return /** @type {HTMLInputElement} */ (this.#dial.elements.namedItem("line"));
  }

  /**
   * @param {string} line
   * @param {string} number
   */
  #dialFrom(line, number) {
    if (this.#session.client.lines.has(line)) this.#session.select(line);
    const result = this.#session.client.dial(line, number);
    void this.#answers.give(`${line}: dial ${number}`, result);
  }

  /**
   * @param {Command} command
   * @param {{ readonly line: string, readonly call?: Call }} target
   * @param {Readonly<Record<string, string>>} values
   */
  #give(command, target, values) {
    const fields = fieldsOf(command, target, values);
    const details = Object.values(values).filter((value) => value !== "").join(" ");
    const what = `${target.line}: ${command.label.toLowerCase()} ${details}`.trim();
    void this.#answers.give(what, this.#session.client.command(command.cmd, fields));
  }

  #draw() {
    const { client, selected, status, mayControl } = this.#session;
    const isOpen = status.status === "open";
    part(this.#root, "hears-only").hidden = !isOpen || mayControl;
    for (const button of this.#dial.querySelectorAll("button")) {
      button.disabled = !isOpen || !mayControl;
    }
    const line = client.lines.get(selected);
    part(this.#root, "line").hidden = line === undefined;
    if (line !== undefined) this.#showLine(line, isOpen && mayControl);
    this.#calls.show(this.#session.callsOf(selected));
  }

  /**
   * @param {Line} line
   * @param {boolean} mayCommand
   */
  #showLine(line, mayCommand) {
    const { line: extension, name, can } = line;
    write(part(this.#root, "line-title"), `Line ${extension}${name === "" ? "" : ` · ${name}`}`);
    write(part(this.#root, "line-text"), describe(line));
    mark(part(this.#root, "line-buttons"), "aria-label", `What line ${extension} can`);
    const names = /** @type {readonly string[]} */ (can);
    this.#lineBar.show(mayCommand ? LINE_COMMANDS.filter(({ cmd }) => names.includes(cmd)) : []);
  }

  /**
   * @param {Call} call
   * @returns {HTMLElement}
   */
  #create(call) {
    const item = copyOf("phone-call-template");
    const { id, line } = call;
    mark(part(item, "buttons"), "aria-label", `What call ${id} can`);
    const bar = new CommandBar(part(item, "buttons"), part(item, "form"), (command, values) => {
      this.#give(command, { line, call }, values);
    });
    this.#callBars.set(item, bar);
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {Call} call
   */
  #show(item, call) {
    const { id, state, stateMode, direction, origin, reason, can, startedAt, connectedAt } = call;
    const look = lookOfState(state);
    light(part(item, "lamp"), look);
    write(part(item, "title"), person(otherEnd(call)));
    write(part(item, "lasts"), elapsed(connectedAt ?? startedAt));
    const mode = stateMode === null ? "" : ` ${stateMode}`;
    const also = [];
    if (call.redirecting.number !== "") also.push(`sent by ${person(call.redirecting)}`);
    if (call.redirection.number !== "") also.push(`sent on to ${person(call.redirection)}`);
    if (direction === "in" && call.called.number !== "") also.push(`called ${person(call.called)}`);
    const parts = [`${state}${mode}`, `${origin}, ${reason}`, ...also, `call ${id}`];
    write(part(item, "text"), parts.join(" · "));
    const { status, mayControl } = this.#session;
    const names = /** @type {readonly string[]} */ (can);
    const mayCommand = status.status === "open" && mayControl;
    const commands = CALL_COMMANDS.filter(({ cmd }) => mayCommand && names.includes(cmd));
    this.#callBars.get(item)?.show(commands);
  }
}

/**
 * @param {Line} line
 * @returns {string} Its status, why, where its calls go, whose it is.
 */
function describe({ status, error, forwards, messageWaiting, provider }) {
  const parts = [status.replaceAll("_", " ")];
  if (error !== undefined) parts.push(error);
  const advice = status === "open" ? undefined : adviceOn(error, status);
  if (advice !== undefined) parts.push(advice);
  for (const { when, to } of forwards) {
    parts.push(
      to === "" ? `refuses calls: ${when}` : `forwards ${when.replace("_", " ")} to ${to}`,
    );
  }
  if (messageWaiting) parts.push("a message waits");
  if (provider !== "") parts.push(provider);
  return parts.join(" · ");
}
