// @ts-check
/** The popup: the user's line, its calls with the commands that they allow, and the last calls. */
/** @import { Call } from "../client/client.d.ts" */
/** @import { Entry } from "./history.js" */
/** @import { Answer, News, View } from "./popups.js" */
import { CommandBar } from "../panel/command_bar.js";
import { commandsIn, fieldsOf } from "../panel/commands.js";
import { byId, copyOf, KeyedList, light, mark, part, write } from "../panel/dom.js";
import { duration, elapsed, otherEnd, person, spaced } from "../panel/format.js";
import { CallLinks } from "../panel/links.js";
import { Results } from "../panel/results.js";
import { foremost, lookOfCall, lookOfLine } from "../panel/states.js";
import { numberIn } from "./calls.js";

const root = byId("popup", HTMLElement);
const results = new Results(byId("results", HTMLElement));
const form = part(root, "dial", HTMLFormElement);
const lineBar = new CommandBar(
  part(root, "line-buttons"),
  part(root, "line-form"),
  (command, values) => {
    const target = { line: view?.line?.permanentId ?? "" };
    send(command.label, command.cmd, fieldsOf(command, target, values));
  },
);
/** @type {WeakMap<Element, CommandBar>} */
const callBars = new WeakMap();
/** @type {WeakMap<Element, CallLinks>} */
const callLinks = new WeakMap();
/** @type {KeyedList<number, Call>} */
const calls = new KeyedList(part(root, "calls"), createCall, showCall);
/** @type {KeyedList<number, Entry>} */
const entries = new KeyedList(part(root, "entries"), createEntry, showEntry);
/** @type {View | undefined} */
let view;

/** Commands that wait for their answers, by id. @type {Map<number, (answer: Answer) => void>} */
const waiting = new Map();
let lastId = 0;
let worker = connect();

/** The worker may be stopped while the popup is open: connecting starts it again. */
function connect() {
  const port = chrome.runtime.connect();
  port.onMessage.addListener((/** @type {News} */ news) => {
    if ("view" in news) show(news.view);
    else waiting.get(news.answer.id)?.(news.answer);
  });
  port.onDisconnect.addListener(() => {
    for (const [id, settle] of waiting) settle({ id, message: "The extension was interrupted" });
    worker = connect();
  });
  return port;
}

/** @type {(label: string, cmd: string, fields: Record<string, unknown>) => void} */
function send(label, cmd, fields) {
  const id = ++lastId;
  const result = new Promise((resolve, reject) => {
    waiting.set(id, ({ result, message }) => {
      waiting.delete(id);
      if (message === undefined) resolve(result);
      else reject({ message });
    });
  });
  const number = fields["number"] ?? "";
  void results.show(`${label} ${number}`.trim(), result);
  worker.postMessage({ id, cmd, fields });
}

/** @param {string} number */
function dial(number) {
  send("Dial", "dial", { line: view?.line?.permanentId ?? "", number: numberIn(number) ?? number });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  dial(String(new FormData(form).get("number")));
});
part(root, "options").addEventListener("click", () => void chrome.runtime.openOptionsPage());
setInterval(() => view !== undefined && show(view), 1000);

/** @param {View} now */
function show(now) {
  view = now;
  const { problem, line, canControl } = now;
  const look = line === undefined ? undefined : lookOfLine(line, foremost(now.calls));
  light(part(root, "lamp"), look ?? { letter: "…", tone: "quiet" });
  const name = line === undefined ? "" : `${line.line}${line.name && ` · ${line.name}`}`;
  write(part(root, "line"), line === undefined ? "Phone" : `${name}: ${look?.word}`);
  part(root, "problem").hidden = problem === undefined;
  write(part(root, "problem"), problem ?? "");
  for (const button of form.querySelectorAll("button")) {
    button.disabled = !canControl || line === undefined;
  }
  lineBar.show(canControl && line !== undefined ? commandsIn(line.can) : []);
  calls.show(new Map(now.calls.map((call) => [call.id, call])));
  part(root, "no-calls").hidden = now.calls.length > 0;
  entries.show(new Map(now.entries.map((entry) => [entry.id, entry])));
  part(root, "no-entries").hidden = now.entries.length > 0;
}

/** @param {Call} call */
function createCall(call) {
  const item = copyOf("call");
  const bar = new CommandBar(part(item, "buttons"), part(item, "form"), (command, values) => {
    const target = { line: call.permanentId, call };
    send(command.label, command.cmd, fieldsOf(command, target, values));
  });
  callBars.set(item, bar);
  callLinks.set(item, new CallLinks(part(item, "links")));
  return item;
}

/** @type {(item: HTMLElement, call: Call) => void} */
function showCall(item, call) {
  const look = lookOfCall(call);
  light(part(item, "lamp"), look);
  write(part(item, "who"), person(otherEnd(call)));
  write(part(item, "word"), look.word);
  write(part(item, "lasts"), elapsed(call.connectedAt ?? call.startedAt));
  callLinks.get(item)?.show(call);
  callBars.get(item)?.show(view?.canControl ? commandsIn(call.can) : []);
}

/** @param {Entry} entry */
function createEntry(entry) {
  const item = copyOf("entry");
  const { number } = otherEnd(entry);
  const button = part(item, "call", HTMLButtonElement);
  button.hidden = number === "";
  button.addEventListener("click", () => dial(number));
  return item;
}

/** @type {(item: HTMLElement, entry: Entry) => void} */
function showEntry(item, entry) {
  const { startedAt, direction, result, talkMs } = entry;
  const at = new Date(startedAt);
  const isToday = at.toDateString() === new Date().toDateString();
  mark(item, "data-result", result);
  write(
    part(item, "when"),
    isToday ? at.toLocaleTimeString([], { timeStyle: "short" }) : at.toLocaleDateString(),
  );
  write(part(item, "who"), `${direction === "out" ? "→" : "←"} ${person(otherEnd(entry))}`);
  write(part(item, "result"), talkMs === undefined ? spaced(result) : duration(talkMs));
  const button = part(item, "call", HTMLButtonElement);
  button.disabled = !view?.canControl;
}
