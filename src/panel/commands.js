// @ts-check
/** Every command that can be given here: what it is called, what it asks for, what it sends. */
/** @import { Call } from "../client/client.d.ts" */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {boolean} [optional]
 * @property {readonly (readonly [value: string, label: string])[]} [choices]
 */

/**
 * @typedef {object} Command
 * @property {string} cmd As the protocol and `can` have it.
 * @property {string} label
 * @property {readonly Field[]} fields
 * @property {boolean} [byLine] Names the line although it is about a call.
 */

const NUMBER = [{ name: "number", label: "Number" }];

/**
 * In the order in which they stand; what `can` does not name is not shown.
 *
 * @type {readonly Command[]}
 */
export const CALL_COMMANDS = [
  { cmd: "answer", label: "Answer", fields: [] },
  { cmd: "drop", label: "Hang up", fields: [] },
  { cmd: "hold", label: "Hold", fields: [] },
  { cmd: "unhold", label: "Take back", fields: [] },
  { cmd: "swap", label: "Swap", fields: [], byLine: true },
  { cmd: "transfer", label: "Transfer", fields: NUMBER },
  { cmd: "consult", label: "Consult", fields: NUMBER },
  {
    cmd: "complete",
    label: "Complete",
    byLine: true,
    fields: [{
      name: "mode",
      label: "As",
      choices: [["transfer", "transfer: both others talk"], ["conference", "conference: all talk"]],
    }],
  },
  { cmd: "park", label: "Park", fields: [{ name: "slot", label: "Slot", optional: true }] },
  { cmd: "redirect", label: "Send elsewhere", fields: NUMBER },
  { cmd: "dtmf", label: "Tones", fields: [{ name: "digits", label: "0–9, A–D, *, #" }] },
];

/** @type {readonly Command[]} */
export const LINE_COMMANDS = [
  {
    cmd: "pickup",
    label: "Pick up",
    fields: [
      { name: "from", label: "Rings at", optional: true },
      { name: "group", label: "Or group", optional: true },
    ],
  },
  { cmd: "unpark", label: "Unpark", fields: [{ name: "slot", label: "Slot" }] },
  {
    cmd: "forward",
    label: "Forward",
    fields: [
      {
        name: "when",
        label: "When",
        choices: [["always", "always"], ["busy", "busy"], ["no_answer", "no answer"]],
      },
      { name: "to", label: "To (empty: off)", optional: true },
    ],
  },
];

/**
 * @param {Command} command
 * @param {{ readonly line: string, readonly call?: Call | undefined }} target
 * @param {Readonly<Record<string, string>>} values What was filled in.
 * @returns {Record<string, string | number | null>} The fields of the command.
 */
export function fieldsOf({ cmd, fields, byLine }, { line, call }, values) {
  /** @type {Record<string, string | number | null>} */
  const sent = call === undefined || byLine ? { line } : { call: call.id };
  for (const { name, optional } of fields) {
    const value = (values[name] ?? "").trim();
    if (value !== "" || !optional) sent[name] = value;
  }
  if (cmd === "forward") sent["to"] ??= null;
  return sent;
}
