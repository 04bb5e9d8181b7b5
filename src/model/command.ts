/**
 * The commands that a telephone takes: what each is about and which fields it has. How TAPI carries one
 * out stands in the row of the same name in `session/commands/table.ts`.
 */
import type { CallId } from "./call_id.ts";
import type { CommandError } from "./error.ts";
import { FORWARD_CASES } from "./forward.ts";
import type { Right } from "./right.ts";

/** Digits that can be sent as DTMF; a comma is a pause. */
export const DTMF_DIGITS = /^[0-9A-Da-d*#,]{1,80}$/;

/** Bytes in hex. */
export const HEX_BYTES = /^(?:[0-9A-Fa-f]{2}){1,1024}$/;

/** Whether calls of a hunt group come, or come no longer. */
export const GROUP_MODES = ["in", "out"] as const;

/** How a consultation ends. */
export const COMPLETION_MODES = ["transfer", "conference"] as const;
export type CompletionMode = typeof COMPLETION_MODES[number];

/** A field of a command. */
export interface Field {
  /**
   * A telephone number; the place of a parked call, which the phone system numbers; an extension;
   * {@linkcode DTMF_DIGITS}; {@linkcode HEX_BYTES}; true or false; or a choice.
   */
  readonly kind:
    | "number"
    | "slot"
    | "extension"
    | "digits"
    | "bytes"
    | "flag"
    | readonly string[];
  readonly optional?: true;
  /** `null` is a value: off. */
  readonly nullable?: true;
  /** The phone system dials this number: dial rules judge it. */
  readonly dialled?: true;
}

/** A command's place in the protocol. */
export interface CommandShape {
  /**
   * `call`: one call, named by its id or as the one of a line that can be meant. `line`: a line.
   * `pair`: the active and the held call of a line.
   */
  readonly target: "call" | "line" | "pair";
  /** Whether a call's or a line's `can` names the command; `none`: it does not depend on features. */
  readonly can: "call" | "line" | "none";
  readonly fields: Readonly<Record<string, Field>>;
  /** The right that it needs on every line that it names, if it is not `control`. */
  readonly right?: Right;
  /** Takes a call of another line: of any, unless the field `from` alone names it. */
  readonly takesCalls?: true;
  /** Members of the result; both may be left out. */
  readonly result: readonly ("call" | "slot")[];
  /** For people: with a verb first. */
  readonly help: string;
}

const DIALLED = { kind: "number", dialled: true } as const;
const SLOT = { kind: "slot", dialled: true } as const;
const FLAG = { kind: "flag" } as const;
/** Changes a setting of a telephone. */
const SETTING = { target: "line", can: "line", result: [] } as const;
/** Joins a call of another line. */
const SUPERVISION = {
  ...SETTING,
  right: "supervise",
  fields: { extension: { kind: "extension" } },
} as const;

/** Every command. The order is that of `can`. */
export const COMMANDS = {
  answer: { target: "call", can: "call", fields: {}, result: [], help: "Answers a ringing call" },
  drop: { target: "call", can: "call", fields: {}, result: [], help: "Hangs up a call" },
  hold: { target: "call", can: "call", fields: {}, result: [], help: "Puts a call on hold" },
  unhold: { target: "call", can: "call", fields: {}, result: [], help: "Retrieves a held call" },
  swap: {
    target: "pair",
    can: "call",
    fields: {},
    result: [],
    help: "Swaps the active and the held call",
  },
  transfer: {
    target: "call",
    can: "call",
    fields: { number: DIALLED },
    result: [],
    help: "Transfers a call without a consultation",
  },
  consult: {
    target: "call",
    can: "call",
    fields: { number: DIALLED },
    result: ["call"],
    help: "Holds a call and calls somebody else",
  },
  complete: {
    target: "pair",
    can: "call",
    fields: { mode: { kind: COMPLETION_MODES } },
    result: ["call"],
    help: "Ends a consultation in a transfer or a conference",
  },
  park: {
    target: "call",
    can: "call",
    fields: { slot: { ...SLOT, optional: true } },
    result: ["slot"],
    help: "Parks a call",
  },
  redirect: {
    target: "call",
    can: "call",
    fields: { number: DIALLED },
    result: [],
    help: "Sends a ringing call to another number",
  },
  dtmf: {
    target: "call",
    can: "call",
    fields: { digits: { kind: "digits" } },
    result: [],
    help: "Sends DTMF digits",
  },
  forget: {
    target: "call",
    can: "none",
    fields: {},
    result: [],
    help: "Removes a call that the phone system no longer has",
  },
  dial: {
    target: "line",
    can: "line",
    fields: { number: DIALLED },
    result: ["call"],
    help: "Dials a number",
  },
  unpark: {
    target: "line",
    can: "line",
    takesCalls: true,
    fields: { slot: SLOT },
    result: ["call"],
    help: "Takes a parked call",
  },
  pickup: {
    target: "line",
    can: "line",
    takesCalls: true,
    fields: {
      from: { kind: "extension", optional: true },
      group: { kind: "number", optional: true },
    },
    result: ["call"],
    help: "Picks up a call that rings elsewhere",
  },
  forward: {
    target: "line",
    can: "line",
    fields: {
      when: { kind: FORWARD_CASES },
      to: { kind: "number", nullable: true, dialled: true },
    },
    result: [],
    help: "Forwards a line's calls, or stops forwarding them",
  },
  dnd: { ...SETTING, fields: { on: FLAG }, help: "Turns do not disturb on or off" },
  group: {
    ...SETTING,
    fields: { mode: { kind: GROUP_MODES }, group: { kind: "number", optional: true } },
    help: "Joins or leaves a hunt group, or all of them",
  },
  login: {
    ...SETTING,
    fields: { user: { kind: "number" } },
    help: "Logs a user in at the telephone",
  },
  logout: { ...SETTING, fields: {}, help: "Logs the user out at the telephone" },
  account: {
    ...SETTING,
    fields: { code: { kind: "number" } },
    help: "Sets the account code of the line's call",
  },
  lamp: { ...SETTING, fields: { on: FLAG }, help: "Turns the message lamp on or off" },
  intrude: { ...SUPERVISION, help: "Joins the call of another extension" },
  listen: { ...SUPERVISION, help: "Listens to the call of another extension, unheard" },
  vendor: {
    ...SETTING,
    right: "vendor",
    fields: { data: { kind: "bytes" } },
    help: "Sends bytes to the driver by lineDevSpecific",
  },
} as const satisfies Readonly<Record<string, CommandShape>>;

type Commands = typeof COMMANDS;
export type CommandName = keyof Commands;
export const COMMAND_NAMES = Object.keys(COMMANDS) as [CommandName, ...CommandName[]];

type NamesIn<Place extends CommandShape["can"]> = {
  [C in CommandName]: Commands[C]["can"] extends Place ? C : never;
}[CommandName];
/** The commands that a call's `can` names, in the order of {@linkcode COMMANDS}. */
export type CallCommandName = NamesIn<"call">;
export const CALL_COMMANDS = namesIn("call");
/** The commands that a line's `can` names. */
export type LineCommandName = NamesIn<"line">;
export const LINE_COMMANDS = namesIn("line");

function namesIn<Place extends CommandShape["can"]>(
  place: Place,
): [NamesIn<Place>, ...NamesIn<Place>[]] {
  return COMMAND_NAMES.filter((name) => COMMANDS[name].can === place) as ReturnType<
    typeof namesIn<Place>
  >;
}

type Value<F extends Field> =
  | (F["kind"] extends readonly (infer Choice)[] ? Choice
    : F["kind"] extends "flag" ? boolean
    : string)
  | (F["nullable"] extends true ? null : never);
type Fields<S extends CommandShape["fields"]> =
  & { readonly [K in keyof S as S[K]["optional"] extends true ? never : K]: Value<S[K]> }
  & { readonly [K in keyof S as S[K]["optional"] extends true ? K : never]?: Value<S[K]> };

/** A call by its id, or the only one of a line that can be meant. `line` is an extension. */
export type Target = { readonly call: CallId } | { readonly line: string };

/** A command of this name, checked and complete. */
export type CommandOf<C extends CommandName> =
  & { readonly cmd: C }
  & (Commands[C]["target"] extends "call" ? Target : { readonly line: string })
  & Fields<Commands[C]["fields"]>
  & Granted<C>;

/** The fields that the server adds to a command, by the rights of the client that gives it. */
type Granted<C extends CommandName> = C extends "pickup" ? {
    /** The client may control the line that rings: its call may be redirected. */
    readonly redirect?: boolean;
  }
  : unknown;

export type Command =
  | { [C in CommandName]: CommandOf<C> }[CommandName]
  /** Every call of the line, which is what classic's `drop` means. */
  | { readonly cmd: "drop"; readonly line: string; readonly all: true };

/** A command as a client writes it: its numbers are read by the rules of the site. */
export type WrittenCommand = Command & {
  /** Numbers are passed to the phone system as they are. */
  readonly raw?: boolean | undefined;
};

/** Whether the command has a number that is read before it is dialled. */
export function isDialling({ fields }: CommandShape): boolean {
  return Object.values(fields).some(({ kind, dialled }) => kind === "number" && dialled === true);
}

/** The fields of a command that have a text, in the order of the table. */
export function* fieldsOf(
  command: Command,
): Generator<readonly [field: Field, text: string, name: string], void> {
  const { fields }: CommandShape = COMMANDS[command.cmd];
  const values: Readonly<Record<string, unknown>> = command;
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    if (typeof value === "string") yield [field, value, name];
  }
}

/** The result of a command: the id of the call it made, the slot a call was parked in. */
export interface CommandOutcome {
  readonly call?: CallId;
  readonly slot?: string;
}

export type CommandResult =
  | { readonly ok: true; readonly outcome: CommandOutcome }
  | { readonly ok: false; readonly error: CommandError };
