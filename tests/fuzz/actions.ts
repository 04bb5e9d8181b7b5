/** What the exchange and the clients do next: each a small act of malice, or of ordinary life. */
import type { CallId } from "../../src/model/call_id.ts";
import type { Command, Target } from "../../src/model/command.ts";
import type { Random } from "../../src/fake/random.ts";
import { LINE, LINECALLPRIVILEGE, LINECALLSTATE, LINEDEVSTATE } from "../../src/tapi/constants.ts";
import { anyDword, anyText } from "./bytes.ts";
import { playHabit } from "./habits.ts";
import { anyLine, liveCall, openLine, type Scene } from "./scene.ts";

const STATES = Object.values(LINECALLSTATE);
const MOST_IN_A_STORM = 100;
/** Ids that no request has: TAPI's own come from one counter. */
const FOREIGN_REQUEST_IDS = 0x70000000;

type Action = (scene: Scene) => void;

/** How often each comes, in shares. */
const ACTIONS: readonly (readonly [shares: number, action: Action])[] = [
  [20, newCall],
  [40, changeState],
  [10, changeInfo],
  [8, anyMessage],
  [8, reply],
  [2, replyStorm],
  [2, closeLine],
  [1, closeLineAgain],
  [1, removeDevice],
  [2, createDevice],
  [1, createStorm],
  [2, changeDevState],
  [1, wantReinit],
  [30, playHabit],
  [3, ({ exchange }) => exchange.changeMood()],
  [6, ({ clients }) => clients.message()],
  [14, ({ clients }) => clients.command()],
  [2, ({ clients }) => clients.comeOrGo()],
];
const ALL_SHARES = ACTIONS.reduce((sum, [shares]) => sum + shares, 0);

/** Does what comes next. */
export function act(scene: Scene): void {
  let at = scene.random.between(0, ALL_SHARES - 1);
  for (const [shares, action] of ACTIONS) {
    at -= shares;
    if (at < 0) return action(scene);
  }
}

/** A call comes up: announced once, twice, by its state alone, or after its state. */
function newCall(scene: Scene): void {
  const { random, exchange } = scene;
  const line = openLine(scene);
  if (line === undefined) return;
  const handle = exchange.newCallHandle();
  const privilege = random.pick([LINECALLPRIVILEGE.MONITOR, LINECALLPRIVILEGE.OWNER]);
  const announce = () => exchange.postNewCall(line, handle, { privilege });
  const state = random.pick(STATES);
  const order = random.between(0, 4);
  if (order !== 1) announce();
  if (order === 2) announce();
  exchange.postState(line, handle, state, order === 0 ? {} : { privilege });
  if (order === 3) announce();
  if (order === 4) exchange.postState(line, handle, state, { privilege });
}

/** Any state after any other, IDLE twice, and with the vendor's bits. */
function changeState(scene: Scene): void {
  const { random, exchange } = scene;
  const call = liveCall(scene);
  if (call === undefined) return;
  const vendorBits = random.oneIn(10) ? random.between(0, 0xff) << 24 : 0;
  const state = random.oneIn(30) ? anyDword(random) : random.pick(STATES) | vendorBits;
  const privilege = random.oneIn(10) ? LINECALLPRIVILEGE.OWNER : 0;
  for (let left = random.pick([1, 1, 1, 2, 5]); left > 0; left--) {
    exchange.postState(call.line, call.handle, state >>> 0, { privilege });
  }
}

function changeInfo(scene: Scene): void {
  const call = liveCall(scene);
  if (call === undefined) return;
  scene.exchange.post({
    hDevice: call.handle,
    dwMessageID: LINE.CALLINFO,
    dwCallbackInstance: call.line.instance,
    dwParam1: anyDword(scene.random),
  });
}

/** Any message about anything, but REPLY and REINIT, CREATE and REMOVE: those have their own turns. */
function anyMessage(scene: Scene): void {
  const { random, exchange } = scene;
  const line = anyLine(scene);
  const known = exchange.ledger.calls;
  const call = known.length === 0 ? undefined : random.pick(known);
  const excluded: readonly number[] = [LINE.REPLY, LINE.CREATE, LINE.REMOVE, LINE.LINEDEVSTATE];
  const id = random.oneIn(4) ? anyDword(random) : random.between(0, 30);
  if (excluded.includes(id)) return;
  exchange.post({
    hDevice: random.pick([0, call?.handle ?? 0, exchange.newHandle()]),
    dwMessageID: id,
    dwCallbackInstance: random.oneIn(6) ? anyDword(random) : line?.instance ?? 0,
    dwParam1: random.oneIn(2) ? anyDword(random) : random.pick(STATES),
    dwParam2: random.pick([0, anyDword(random)]),
    dwParam3: random.pick([0, 0, LINECALLPRIVILEGE.MONITOR, anyDword(random)]),
  });
}

/** A request's reply: done or refused, sometimes twice. */
function reply({ random, exchange }: Scene): void {
  const owed = [...exchange.owed.keys()];
  if (owed.length === 0) return;
  const requestId = random.pick(owed);
  const result = random.oneIn(4) ? anyDword(random) : 0;
  exchange.postReply(requestId, result);
  if (random.oneIn(4)) exchange.postReply(requestId, anyDword(random));
}

function replyStorm({ random, exchange }: Scene): void {
  for (let left = random.between(1, MOST_IN_A_STORM); left > 0; left--) {
    const requestId = FOREIGN_REQUEST_IDS + random.between(0, 0x00ffffff);
    exchange.postReply(requestId, random.pick([0, anyDword(random)]));
  }
}

function closeLine(scene: Scene): void {
  const line = openLine(scene);
  if (line !== undefined) scene.exchange.closeLine(line);
}

/** LINE_CLOSE for a handle that is dead already, while the device's line may be open again. */
function closeLineAgain(scene: Scene): void {
  const dead = scene.exchange.ledger.lines.filter(({ end }) => end === "handled");
  if (dead.length === 0) return;
  const { handle, instance } = scene.random.pick(dead);
  scene.exchange.post({
    hDevice: handle,
    dwMessageID: LINE.CLOSE,
    dwCallbackInstance: instance,
  });
}

function removeDevice({ random, exchange }: Scene): void {
  if (exchange.devices.size > 0) exchange.removeDevice(random.pick([...exchange.devices]));
}

function createDevice({ random, exchange }: Scene): void {
  const deviceId = random.oneIn(5) ? anyDword(random) : random.between(0, 9);
  if (!random.oneIn(4)) exchange.devices.add(deviceId);
  exchange.post({ dwMessageID: LINE.CREATE, dwParam1: deviceId });
}

function createStorm({ random, exchange }: Scene): void {
  for (let left = random.between(1, MOST_IN_A_STORM); left > 0; left--) {
    const deviceId = random.between(0, 20);
    if (random.oneIn(2)) exchange.removeDevice(deviceId);
    else exchange.post({ dwMessageID: LINE.CREATE, dwParam1: deviceId });
  }
}

function changeDevState(scene: Scene): void {
  const { random, exchange } = scene;
  const line = anyLine(scene);
  const { INSERVICE, OUTOFSERVICE, CONNECTED, DISCONNECTED, REINIT } = LINEDEVSTATE;
  exchange.post({
    hDevice: line?.handle ?? 0,
    dwMessageID: LINE.LINEDEVSTATE,
    dwCallbackInstance: line?.instance ?? 0,
    dwParam1: random.pick([INSERVICE, OUTOFSERVICE, CONNECTED, DISCONNECTED, anyDword(random)]) &
      ~REINIT,
    dwParam2: anyDword(random),
  });
}

function wantReinit({ random, exchange }: Scene): void {
  exchange.post({
    dwMessageID: LINE.LINEDEVSTATE,
    dwParam1: LINEDEVSTATE.REINIT,
    // With another value it only reports a message that this API version does not have.
    dwParam2: random.pick([0, 99]),
  });
}

/** Any command that is well-formed, about what there is or is not. */
export function anyCommand(
  random: Random,
  lines: readonly string[],
  calls: readonly CallId[],
): Command {
  const line = lines.length > 0 && !random.oneIn(10) ? random.pick(lines) : anyText(random);
  const call = calls.length > 0 && !random.oneIn(10) ? random.pick(calls) : random.between(0, 99);
  const target: Target = random.oneIn(2) ? { line } : { call };
  const number = random.oneIn(2) ? "0123" : anyText(random).toWellFormed();
  return random.pick<readonly Command[]>([
    { cmd: "dial", line, number },
    { cmd: "drop", line, all: true },
    ...(["drop", "answer", "hold", "unhold"] as const).map((cmd) =>
      ({ cmd, ...target }) as Command
    ),
    { cmd: "swap", line },
    ...(["transfer", "redirect", "consult"] as const).map((cmd) =>
      ({ cmd, ...target, number }) as Command
    ),
    { cmd: "complete", line, mode: random.pick(["transfer", "conference"] as const) },
    { cmd: "park", ...target, ...random.oneIn(2) && { slot: number } },
    { cmd: "unpark", line, slot: number },
    {
      cmd: "pickup",
      line,
      ...random.oneIn(2) && { from: number },
      ...random.oneIn(2) && { group: number },
    },
    { cmd: "dtmf", ...target, digits: random.oneIn(2) ? "12#" : anyText(random) },
    {
      cmd: "forward",
      line,
      when: random.pick(["always", "busy", "no_answer"] as const),
      to: random.oneIn(3) ? null : number,
    },
    random.pick<readonly Command[]>([
      { cmd: "dnd", line, on: random.oneIn(2) },
      { cmd: "lamp", line, on: random.oneIn(2) },
      { cmd: "group", line, mode: random.pick(["in", "out"] as const) },
      { cmd: "login", line, user: number },
      { cmd: "logout", line },
      { cmd: "intrude", line, extension: number },
      { cmd: "vendor", line, data: "0907" },
    ]),
  ]);
}

/** Messages that a client may send: commands, and others. */
export function anyMessageText(random: Random, lines: readonly string[]): string {
  const line = lines.length > 0 && !random.oneIn(6) ? random.pick(lines) : anyText(random);
  return random.pick([
    JSON.stringify({ cmd: "dial", line, number: "0123" }),
    JSON.stringify({ cmd: "drop", line }),
    JSON.stringify({ cmd: "dial", line, number: anyText(random) }),
    JSON.stringify({ cmd: anyText(random), line: random.next() }),
    anyText(random),
  ]);
}
