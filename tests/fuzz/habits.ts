/**
 * The habits of drivers in the field, as moves: each says something that is not so, or says it in a way
 * of its own. A run counts how often each was played.
 */
import type { Random } from "../../src/fake/random.ts";
import {
  LINE,
  LINEADDRESSSTATE,
  LINECALLINFOSTATE,
  LINECALLORIGIN,
  LINECALLPARTYID,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDEVSTATE,
  LINEDISCONNECTMODE,
} from "../../src/tapi/constants.ts";
import type { Message } from "./exchange.ts";
import type { CallInfo, GivenCall, GivenLine } from "./ledger.ts";
import { liveCall, openLine, type Scene } from "./scene.ts";

/** A number that is always reported as withheld: it must never be sent. */
export const WITHHELD_NUMBER = "066612345678";
/** Texts in place of numbers, in lower case. */
export const PLACEHOLDERS = {
  withheld: new Set(["anonymous", "private", "p", "sip:anonymous@anonymous.invalid"]),
  unavailable: new Set(["unknown", "unavailable", "o"]),
};
/** Numbers in ANSI bytes, as UTF-16 reads them. */
export const GARBLED_NUMBERS: readonly string[] = ["043612", "0436123"].map(readAsUtf16);

export const REINIT: Message = {
  dwMessageID: LINE.LINEDEVSTATE,
  dwParam1: LINEDEVSTATE.REINIT,
  dwParam2: 0,
};

const STATES = Object.values(LINECALLSTATE);
const MODES = Object.values(LINEDISCONNECTMODE);
const INACTIVE_MODES = [LINECONNECTEDMODE.INACTIVE, LINECONNECTEDMODE.INACTIVEHELD] as const;
const ALL_BITS = 0xffffffff;
const MOST_IN_A_FLOOD = 300;
const MOST_REINITS = 4;
const PARTIES = ["Caller", "Called", "Connected", "Redirecting"] as const;

/** @returns Whether there was anything to play it with; `later` if it is counted when it takes effect. */
type Move = (scene: Scene) => boolean | "later";

const MOVES = {
  "a call id that changes": onCall((scene, call) => {
    tell(scene, call, LINECALLINFOSTATE.CALLID, { dwCallID: scene.random.between(1, 0xffff) });
  }),
  "a call id that is 0": onCall((scene, call) => {
    tell(scene, call, LINECALLINFOSTATE.CALLID, { dwCallID: 0 });
  }),
  "a call id that another call of the line has": onCall((scene, call) => {
    for (const other of scene.exchange.ledger.liveCalls) {
      if (other.line === call.line) tell(scene, other, LINECALLINFOSTATE.CALLID, { dwCallID: 7 });
    }
  }),
  "another extension after LINE_CLOSE": onLine(({ random, exchange }, line) => {
    exchange.extensions.set(line.deviceId, [anyExtension(random)]);
    exchange.closeLine(line);
  }),
  "another extension after LINE_ADDRESSSTATE's CAPSCHANGE": onLine(({ random, exchange }, line) => {
    exchange.extensions.set(line.deviceId, [anyExtension(random)]);
    exchange.post({
      ...about(line, LINE.ADDRESSSTATE),
      dwParam2: LINEADDRESSSTATE.CAPSCHANGE,
    });
  }),
  "another extension after LINE_LINEDEVSTATE's CAPSCHANGE": onLine((scene, line) => {
    changeExtension(scene, line, anyExtension(scene.random));
  }),
  "two devices with one extension": onLine((scene, line) => {
    const { random, exchange } = scene;
    const [extension] = exchange.extensions.get(random.pick([...exchange.devices])) ?? ["200"];
    changeExtension(scene, line, extension ?? "200");
  }),
  "two addresses on one device": onLine(({ random, exchange }, line) => {
    exchange.extensions.set(line.deviceId, [anyExtension(random), anyExtension(random)]);
    exchange.closeLine(line);
  }),
  "a call on the second address": onLine(({ random, exchange }, line) => {
    const handle = exchange.newCallHandle();
    // Some drivers say it with the message, some with lineGetCallInfo only.
    const addressId = random.between(0, 1);
    exchange.postNewCall(line, handle, { addressId, is: { info: { dwAddressID: 1 } } });
    exchange.postState(line, handle, LINECALLSTATE.OFFERING);
  }),
  "combined bits of origin and reason": onCall((scene, call) => {
    const { random } = scene;
    tell(scene, call, LINECALLINFOSTATE.ORIGIN | LINECALLINFOSTATE.REASON, {
      dwOrigin: twoOf(random, Object.values(LINECALLORIGIN)),
      dwReason: twoOf(random, Object.values(LINECALLREASON)),
    });
  }),
  "combined disconnect modes": onCall(({ random, exchange }, { line, handle }) => {
    exchange.postState(line, handle, LINECALLSTATE.DISCONNECTED, { mode: twoOf(random, MODES) });
  }),
  "combined modes of any state": onCall(({ random, exchange }, { line, handle }) => {
    exchange.postState(line, handle, random.pick(STATES), { mode: random.between(0, 0xff) });
  }),
  "an inactive appearance": onCall(({ random, exchange }, { line, handle }) => {
    exchange.postState(line, handle, LINECALLSTATE.CONNECTED, {
      mode: random.pick(INACTIVE_MODES),
    });
  }),
  "lineGetCallStatus that contradicts the last message": onCall(({ random }, call) => {
    call.claim = random.oneIn(4) ? twoOf(random, STATES) : random.pick(STATES);
  }),
  "LINEERR_INVALCALLHANDLE for a live call": onCall((_scene, call) => {
    call.isDead = true;
  }),
  "DISCONNECTED, and no question answered after it": onCall(({ exchange }, call) => {
    call.isMute = true;
    exchange.postState(call.line, call.handle, LINECALLSTATE.DISCONNECTED);
  }),
  "a call without a state": onLine(({ random, exchange }, line) => {
    exchange.postNewCall(line, exchange.newCallHandle(), { is: { state: random.pick(STATES) } });
  }),
  "a flood of LINE_CALLINFO": onCall((scene, call) => {
    for (let left = scene.random.between(2, MOST_IN_A_FLOOD); left > 0; left--) {
      tell(scene, call, LINECALLINFOSTATE.NUMMONITORS, {});
    }
  }),
  "parties that are emptied": onCall((scene, call) => {
    tell(scene, call, ALL_BITS, ofParties(scene.random.pick([0, LINECALLPARTYID.UNKNOWN]), ""));
  }),
  "a placeholder for a number": onCall((scene, call) => {
    const { random } = scene;
    const text = random.pick([...PLACEHOLDERS.withheld, ...PLACEHOLDERS.unavailable]);
    const written = random.oneIn(2) ? text : text.toUpperCase();
    tell(scene, call, ALL_BITS, ofParties(LINECALLPARTYID.ADDRESS, written));
  }),
  "a number that is withheld and supplied": onLine(({ random, exchange }, line) => {
    const handle = exchange.newCallHandle();
    // Some drivers flag the caller, and write the number once more as the connected party's.
    const info = {
      ...ofParties(LINECALLPARTYID.BLOCKED | LINECALLPARTYID.ADDRESS, WITHHELD_NUMBER),
      ...random.oneIn(2) && { dwConnectedIDFlags: LINECALLPARTYID.ADDRESS },
    };
    exchange.postNewCall(line, handle, { is: { info } });
    exchange.postState(line, handle, random.pick(STATES));
  }),
  "numbers in ANSI bytes": onCall((scene, call) => {
    const text = scene.random.pick(GARBLED_NUMBERS);
    tell(scene, call, ALL_BITS, ofParties(LINECALLPARTYID.ADDRESS, text));
  }),
  "the own extension as the caller": onCall((scene, call) => {
    const [CallerID = "200"] = scene.exchange.extensions.get(call.line.deviceId) ?? [];
    tell(scene, call, LINECALLINFOSTATE.CALLERID, { CallerID, dwOrigin: LINECALLORIGIN.INTERNAL });
  }),
  "REINIT in a row": ({ random, exchange }) => {
    exchange.reinits = random.between(1, MOST_REINITS);
    exchange.post(REINIT);
    return true;
  },
  "lineMakeCall whose reply comes late, and a drop meanwhile": ({ exchange, clients }) => {
    exchange.making = "a late reply";
    clients.dialAndDrop();
    return "later";
  },
  "success without a handle": ({ exchange, clients }) => {
    exchange.making = "no handle";
    clients.dialOrConsult();
    return "later";
  },
  "INSERVICE once after OUTOFSERVICE and DISCONNECTED": onLine(({ exchange }, line) => {
    exchange.loseService(line);
  }),
  "feature bits that are constant": ({ exchange }) => {
    exchange.features = exchange.features === undefined ? ALL_BITS : undefined;
    return true;
  },
  "a device that counts its calls, and counts none any more": onLine(({ exchange }, line) => {
    line.counted = line.counted === 0 ? exchange.ledger.liveCalls.length : 0;
  }),
} satisfies Readonly<Record<string, Move>>;

export type HabitName = keyof typeof MOVES;

export const HABITS = Object.keys(MOVES) as readonly HabitName[];

/** Plays one of the habits, if there is what it needs. */
export function playHabit(scene: Scene): void {
  const habit = scene.random.pick(HABITS);
  if (MOVES[habit](scene) === true) scene.exchange.played(habit);
}

/** The driver gives a device another extension, and says that its capabilities changed. */
export function changeExtension(
  { exchange }: Pick<Scene, "exchange">,
  line: GivenLine,
  to: string,
): void {
  exchange.extensions.set(line.deviceId, [to]);
  exchange.post({ ...about(line, LINE.LINEDEVSTATE), dwParam1: LINEDEVSTATE.CAPSCHANGE });
}

function onCall(move: (scene: Scene, call: GivenCall) => void): Move {
  return (scene) => {
    const call = liveCall(scene);
    if (call !== undefined) move(scene, call);
    return call !== undefined;
  };
}

function onLine(move: (scene: Scene, line: GivenLine) => void): Move {
  return (scene) => {
    const line = openLine(scene);
    if (line !== undefined) move(scene, line);
    return line !== undefined;
  };
}

function about(line: GivenLine, dwMessageID: number): Message {
  return { hDevice: line.handle, dwMessageID, dwCallbackInstance: line.instance };
}

/** The driver says something else of a call from now on. */
function tell(
  { exchange }: Scene,
  call: GivenCall,
  changed: number,
  info: Partial<CallInfo>,
): void {
  // Withheld numbers stay withheld.
  if (call.info.CallerID !== WITHHELD_NUMBER) call.info = { ...call.info, ...info };
  exchange.post({
    hDevice: call.handle,
    dwMessageID: LINE.CALLINFO,
    dwCallbackInstance: call.line.instance,
    dwParam1: changed,
  });
}

/** Every party with these flags and this number. */
function ofParties(flags: number, number: string): Partial<CallInfo> {
  return Object.fromEntries(
    PARTIES.flatMap((party) => [
      [`dw${party}IDFlags`, flags],
      [`${party}ID`, number],
      [`${party}IDName`, ""],
    ]),
  );
}

function twoOf(random: Random, bits: readonly number[]): number {
  return random.pick(bits) | random.pick(bits);
}

function anyExtension(random: Random): string {
  return String(random.between(300, 320));
}

/** ANSI text, with the NUL at its end, as UTF-16. */
function readAsUtf16(text: string): string {
  const padded = text.length % 2 === 0 ? text : `${text}\0`;
  return String.fromCharCode(
    ...Array.from(
      { length: padded.length / 2 },
      (_, at) => padded.charCodeAt(at * 2) | padded.charCodeAt(at * 2 + 1) << 8,
    ),
  );
}
