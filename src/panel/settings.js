// @ts-check
/** The settings of a line: small lamps for its tile, a sentence for the phone, and switches. */
/** @import { Line } from "../client/client.d.ts" */
import { KeyedList, light, make, mark } from "./dom.js";
import { counted } from "./format.js";

/**
 * A lamp in a tile. The letter says what the colour says, and `word` what the letter says.
 *
 * @typedef {object} Lamp
 * @property {string} letter
 * @property {"quiet" | "ok" | "busy" | "warn" | "bad"} tone
 * @property {string} word
 */

/** @typedef {Pick<Line, "line" | "messageWaiting"> & Partial<Line>} Settings */

/** @type {(line: Settings) => Map<string, Lamp>} */
export function lampsOf({ doNotDisturb, messageWaiting, user, voicemail }) {
  /** @type {Map<string, Lamp>} */
  const lamps = new Map();
  const unread = voicemail?.unread ?? 0;
  if (user === null) {
    lamps.set("user", { letter: "L", tone: "quiet", word: "logged out" });
  }
  if (doNotDisturb) lamps.set("dnd", { letter: "D", tone: "bad", word: "do not disturb" });
  if (unread > 0) {
    lamps.set("voicemail", {
      letter: `V${unread}`,
      tone: "warn",
      word: `${unread} new in voicemail`,
    });
  } else if (messageWaiting) {
    lamps.set("voicemail", { letter: "V", tone: "warn", word: "message waiting" });
  }
  return lamps;
}

/** The lamps of a tile. @type {(parent: HTMLElement) => KeyedList<string, Lamp>} */
export function lampList(parent) {
  return new KeyedList(
    parent,
    () => make("span", "", { class: "lamp wide", role: "img" }),
    (element, lamp) => {
      light(element, lamp);
      mark(element, "aria-label", lamp.word);
      mark(element, "title", lamp.word);
    },
  );
}

/**
 * @param {Settings} line
 * @returns {string[]} Everything that its driver reports of it.
 */
export function describeSettings(line) {
  const { absence, callWaiting, doNotDisturb, groups, messageWaiting, user, voicemail } = line;
  const parts = [];
  if (user === null) parts.push("nobody is logged in");
  else if (user !== undefined && user.number !== line.line) {
    parts.push(`${user.number} is logged in`);
  }
  if (doNotDisturb) parts.push("do not disturb");
  if (absence !== null && absence !== undefined) parts.push(`absent: ${absence}`);
  if (voicemail !== undefined) {
    const { on, unread, read } = voicemail;
    parts.push(`voicemail ${on ? "on" : "off"}: ${unread} new, ${read} heard`);
  } else if (messageWaiting) parts.push("message waiting");
  if (groups !== undefined && groups.member + groups.disabled > 0) {
    const left = groups.disabled > 0 ? `, left ${groups.disabled}` : "";
    parts.push(`in ${counted(groups.member, "group")}${left}`);
  }
  if (callWaiting) parts.push("call waiting");
  return parts;
}

/**
 * @typedef {object} Switch
 * @property {string} cmd
 * @property {string} label
 * @property {(line: Settings) => boolean | undefined} isOn `undefined` if the driver does not report it.
 * @property {(isOn: boolean) => Readonly<Record<string, boolean | string>>} fields
 */

/** @type {readonly Switch[]} */
const SWITCHES = [
  {
    cmd: "dnd",
    label: "Do not disturb",
    isOn: ({ doNotDisturb }) => doNotDisturb,
    fields: (on) => ({ on }),
  },
  {
    cmd: "group",
    label: "Group calls",
    isOn: ({ groups }) =>
      groups === undefined || groups.member + groups.disabled === 0 ? undefined : groups.member > 0,
    fields: (isOn) => ({ mode: isOn ? "in" : "out" }),
  },
  {
    cmd: "lamp",
    label: "Message lamp",
    isOn: ({ messageWaiting }) => messageWaiting,
    fields: (on) => ({ on }),
  },
];

/** The commands that a switch alone gives. */
export const SWITCHED = ["dnd", "lamp"];

/** Switches for the settings of a line, as far as its driver reports and its phone system changes them. */
export class Switches {
  /** @type {KeyedList<string, { readonly wanted: Switch, readonly isOn: boolean }, HTMLButtonElement>} */
  #list;

  /**
   * @param {HTMLElement} root
   * @param {(wanted: Switch, isOn: boolean) => void} onSwitch
   */
  constructor(root, onSwitch) {
    this.#list = new KeyedList(
      root,
      ({ wanted }) => {
        const button = make("button", wanted.label, { type: "button", role: "switch" });
        button.addEventListener("click", () => {
          onSwitch(wanted, button.getAttribute("aria-checked") !== "true");
        });
        return button;
      },
      (button, { isOn }) => mark(button, "aria-checked", String(isOn)),
    );
  }

  /** @param {Settings} line @param {readonly string[]} can The commands that are possible now. */
  show(line, can) {
    /** @type {Map<string, { readonly wanted: Switch, readonly isOn: boolean }>} */
    const shown = new Map();
    for (const wanted of SWITCHES) {
      const isOn = wanted.isOn(line);
      if (isOn !== undefined && can.includes(wanted.cmd)) shown.set(wanted.cmd, { wanted, isOn });
    }
    this.#list.show(shown);
  }
}
