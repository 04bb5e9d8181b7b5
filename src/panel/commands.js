// @ts-check
/** The program's commands as the panel offers them: button, form, and the fields that are sent. */
/** @import { Call } from "../client/client.d.ts" */
/** @import { CommandShape } from "../model/command.ts" */
import { COMMANDS } from "../model/command.ts";
import { spaced } from "./format.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {boolean} isOptional Left out if empty.
 * @property {boolean} isNullable `null` if empty.
 * @property {readonly (readonly [value: string, label: string])[]} [choices]
 * @property {true} [isFlag] Sent as true or false.
 */

/**
 * @typedef {object} Command
 * @property {string} cmd As the protocol and `can` have it.
 * @property {string} label
 * @property {string} help
 * @property {boolean} isAboutCall Sent with the call's id, not with its line.
 * @property {readonly Field[]} fields
 */

/** For names that do not explain themselves. @type {Readonly<Record<string, string>>} */
const LABELS = {
  drop: "Hang up",
  unhold: "Retrieve",
  redirect: "Send elsewhere",
  dtmf: "Tones",
  pickup: "Pick up",
  dnd: "Do not disturb",
  login: "Log in",
  logout: "Log out",
  account: "Account code",
};
/** For fields, by their commands. @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
const FIELD_LABELS = {
  complete: { mode: "As" },
  dtmf: { digits: "0–9, A–D, *, #" },
  pickup: { from: "Ringing at", group: "Or group" },
  forward: { to: "To (empty: off)" },
  group: { mode: "Calls", group: "Group (empty: all)" },
  vendor: { data: "Bytes in hex" },
};
/** @type {Readonly<Record<string, string>>} */
const CHOICES = {
  transfer: "transfer: the others talk",
  conference: "conference: all talk",
};

/** @type {readonly (readonly [value: string, label: string])[]} */
const FLAG_CHOICES = [["true", "on"], ["false", "off"]];

/** @type {(cmd: string, shape: CommandShape) => Command} */
export function commandOf(cmd, { target, fields, help }) {
  return {
    cmd,
    label: LABELS[cmd] ?? readable(cmd),
    help,
    isAboutCall: target === "call",
    fields: Object.entries(fields).map(([name, { kind, optional, nullable }]) => ({
      name,
      label: FIELD_LABELS[cmd]?.[name] ?? readable(name),
      isOptional: optional ?? false,
      isNullable: nullable ?? false,
      ...kind === "flag" && { choices: FLAG_CHOICES, isFlag: true },
      ...typeof kind !== "string" && {
        choices: kind.map((word) => [word, CHOICES[word] ?? spaced(word)]),
      },
    })),
  };
}

/** @type {ReadonlyMap<string, Command>} */
const ALL = new Map(Object.entries(COMMANDS).map(([cmd, shape]) => [cmd, commandOf(cmd, shape)]));

/** The commands that do not depend on what the driver allows. */
export const ALWAYS = Object.entries(COMMANDS).flatMap(([cmd, { can }]) =>
  can === "none" ? cmd : []
);

/**
 * @param {readonly string[]} can Of a call or a line.
 * @returns {Command[]} Those that have a button: dialling has a form of its own.
 */
export function commandsIn(can) {
  return can.flatMap((cmd) => cmd === "dial" ? [] : ALL.get(cmd) ?? []);
}

/**
 * @param {readonly string[]} can Of a line.
 * @param {readonly string[]} rights Of the identity.
 * @returns {string[]} Those that the identity may give: some need a right of their own.
 */
export function permittedIn(can, rights) {
  /** @type {Readonly<Record<string, CommandShape>>} */
  const shapes = COMMANDS;
  return can.filter((cmd) => rights.includes(shapes[cmd]?.right ?? "control"));
}

/**
 * @param {Command} command
 * @param {{ readonly line: string, readonly call?: Call | undefined }} target The name of the line.
 * @param {Readonly<Record<string, string>>} values The fields of the form.
 * @returns {Record<string, string | number | boolean | null>} The fields of the command.
 */
export function fieldsOf({ isAboutCall, fields }, { line, call }, values) {
  /** @type {Record<string, string | number | boolean | null>} */
  const sent = isAboutCall && call !== undefined ? { call: call.id } : { line };
  for (const { name, isOptional, isNullable, isFlag } of fields) {
    const value = (values[name] ?? "").trim();
    if (isFlag) sent[name] = value === "true";
    else if (value !== "" || !isOptional) sent[name] = value === "" && isNullable ? null : value;
  }
  return sent;
}

/** @type {(name: string) => string} */
function readable(name) {
  return `${name.charAt(0).toUpperCase()}${spaced(name.slice(1))}`;
}
