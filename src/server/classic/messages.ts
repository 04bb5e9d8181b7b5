/**
 * The classic dialect, which pages written for Tapi2Ws have always spoken: what clients may send, and
 * what they are sent.
 */
import { z } from "zod";
import type { Command } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import type { BusEvent, CallEvent } from "../../model/event.ts";
import { badRequest, failed, type Failure, lineText, numberText, readJson } from "../validation.ts";

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

const textOrNumber = z.union([z.string(), z.number()], {
  error: "expected a string or a number",
}).transform(String);
const lineField = textOrNumber.pipe(lineText);
const numberField = textOrNumber.pipe(numberText);

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
  | Failure;

/** Reads a client's text. Never throws: what is wrong with it is the result. */
export function parseClassic(text: string): ClassicMessage {
  const read = readJson(text);
  if ("kind" in read) return read;
  const { json } = read;
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return badRequest(parsed.error);
  const { cmd } = parsed.data;
  if (cmd === undefined || cmd === null || cmd === "") return { kind: "heartbeat" };
  if (cmd !== "dial" && cmd !== "drop") {
    return failed("unknown_command", `There is no command "${cmd.slice(0, 40)}"`);
  }
  const command = classicCommands[cmd].safeParse(json);
  if (!command.success) return badRequest(command.error);
  const { data } = command;
  return {
    kind: "command",
    command: data.cmd === "drop" ? { ...data, cmd: "drop", all: true } : data,
  };
}

/** The classic frame of an error: without a `line`, so that pages which look for one ignore it. */
export function classicError({ code, message }: CommandError): string {
  return JSON.stringify({ error: { code, message } });
}
