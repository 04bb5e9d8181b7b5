/**
 * The wire protocol: what clients may send, what they are sent, and with which codes they are closed.
 * The classic dialect, which pages written for Tapi2Ws have always spoken.
 */
import { z } from "zod";
import type { Command, CommandError } from "../bus/commands.ts";
import type { BusEvent, CallEvent } from "../bus/events.ts";

/** RFC 6455 close codes that the server uses; 4000 and up are its own. */
export const CLOSE = {
  /** The server stops. */
  goingAway: 1001,
  /** The client takes nothing any more, and answers nothing. */
  noSignOfLife: 4408,
  /** More unsent bytes than the bound: the client reads too slowly. */
  tooSlow: 4410,
} as const;

/** How a `line` that looks like a number is written in JSON. */
export type LineType = "number" | "string";

/** A line that a number can stand for: decimal, no leading zero, exact in a double. */
const NUMERIC_LINE = /^(?:0|[1-9]\d{0,14})$/;

/**
 * The classic frame of an event, or `undefined` where classic has none: one for each call-state
 * message, and the current state once more when a number that was "" becomes known.
 */
export function toClassic(event: BusEvent, lineType: LineType): string | undefined {
  if (event.type !== "call" || (event.change === "info" && !event.numberFilledIn)) return undefined;
  const { line, state, callId, caller, called, origin, reason } = event.call;
  return JSON.stringify({
    line: lineType === "number" && NUMERIC_LINE.test(line) ? Number(line) : line,
    state,
    callId,
    callerId: caller.number,
    calledId: called.number,
    origin,
    reason,
  });
}

/** Turns each event into text once, however many clients get it. */
export class ClassicEncoder {
  #event: CallEvent | undefined;
  #texts: Partial<Record<LineType, string | undefined>> = {};

  encode(event: BusEvent, lineType: LineType): string | undefined {
    if (event.type !== "call") return undefined;
    if (event !== this.#event) {
      this.#event = event;
      this.#texts = {};
    }
    if (!(lineType in this.#texts)) this.#texts[lineType] = toClassic(event, lineType);
    return this.#texts[lineType];
  }
}

/** The longest number that is passed on: TAPIMAXDESTADDRESSSIZE without its NUL. */
const MOST_NUMBER_CHARACTERS = 79;

const textOrNumber = z.union([z.string(), z.number()], {
  error: "expected a string or a number",
}).transform(String);

/** The longest extension that is looked for. */
const MOST_LINE_CHARACTERS = 100;

// deno-lint-ignore no-control-regex -- the very characters that must not reach a provider or a log
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const lineField = textOrNumber.pipe(
  z.string().min(1, "expected an extension")
    .max(MOST_LINE_CHARACTERS, `expected at most ${MOST_LINE_CHARACTERS} characters`)
    .regex(NO_CONTROL_CHARACTERS, "expected no control characters"),
);

const numberField = textOrNumber.pipe(
  z.string().trim().min(1, "expected a telephone number")
    .max(MOST_NUMBER_CHARACTERS, `expected at most ${MOST_NUMBER_CHARACTERS} characters`)
    .regex(NO_CONTROL_CHARACTERS, "expected no control characters"),
);

const classicCommands = {
  dial: z.object({ cmd: z.literal("dial"), line: lineField, number: numberField }),
  drop: z.object({ cmd: z.literal("drop"), line: lineField }),
} as const;

const envelope = z.looseObject({ cmd: textOrNumber.nullish() }, {
  error: "expected a JSON object",
});

/** What a client's text means. */
export type ClassicMessage =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "error"; readonly error: CommandError };

/** Reads a client's text. Never throws: what is wrong with it is the result. */
export function parseClassic(text: string): ClassicMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failed("bad_json", "The message is not JSON");
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return failed("bad_request", describe(parsed.error));
  const { cmd } = parsed.data;
  if (cmd === undefined || cmd === null || cmd === "") return { kind: "heartbeat" };
  if (cmd !== "dial" && cmd !== "drop") {
    return failed("unknown_command", `There is no command "${cmd.slice(0, 40)}"`);
  }
  const command = classicCommands[cmd].safeParse(json);
  if (!command.success) return failed("bad_request", describe(command.error));
  const { data } = command;
  return {
    kind: "command",
    command: data.cmd === "drop" ? { cmd: "dropAll", line: data.line } : data,
  };
}

/** The classic frame of an error: without a `line`, so that pages which look for one ignore it. */
export function classicError({ code, message }: CommandError): string {
  return JSON.stringify({ error: { code, message } });
}

function failed(code: CommandError["code"], message: string): ClassicMessage {
  return { kind: "error", error: { code, message } };
}

/** The first problem, with the path to it. */
function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "The message is not understood";
  const path = issue.path.join(".");
  return path === "" ? `The message: ${issue.message}` : `${path}: ${issue.message}`;
}
