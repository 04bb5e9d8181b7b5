/** The classic dialect, which pages written for Tapi2Ws have always spoken: its messages, both ways. */
import { z } from "zod";
import type { WrittenCommand } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import type { BusEvent, CallEvent } from "../../model/event.ts";
import type { LineType } from "../../model/line.ts";
import {
  badRequest,
  extension,
  type Failure,
  readJson,
  telephoneNumber,
  trueOrFalse,
  unknownCommand,
} from "../validation.ts";

/** A line that a number can stand for: decimal, no leading zero, exact in a double. */
const NUMERIC_LINE = /^(?:0|[1-9]\d{0,14})$/;

/**
 * The classic frame of an event, or `undefined` if classic has none: one for each call-state message,
 * and the current state once more when a number that was "" becomes known.
 */
export function toClassic(event: BusEvent, lineType: LineType): string | undefined {
  if (event.type !== "call" || (event.change === "info" && !event.numberChanged)) return undefined;
  const { line, state, classicId, caller, called, origin, reason } = event.call;
  return JSON.stringify({
    line: lineType === "number" && NUMERIC_LINE.test(line) ? Number(line) : line,
    state,
    callId: classicId,
    callerId: caller.number,
    calledId: called.number,
    origin,
    reason,
  });
}

/** Encodes each event once for each line type. */
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
const line = textOrNumber.pipe(extension);

/** Each command as v2 has it. Classic's `drop` means every call of the line. */
const COMMANDS: ReadonlyMap<string, z.ZodType<WrittenCommand>> = new Map<
  string,
  z.ZodType<WrittenCommand>
>([
  [
    "dial",
    z.object({
      cmd: z.literal("dial"),
      line,
      number: textOrNumber.pipe(telephoneNumber),
      raw: trueOrFalse.optional(),
    }),
  ],
  [
    "drop",
    z.object({ cmd: z.literal("drop"), line }).transform((drop) => ({
      ...drop,
      all: true as const,
    })),
  ],
]);

const envelope = z.looseObject({ cmd: textOrNumber.nullish() }, {
  error: "expected a JSON object",
});

type ClassicMessage =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "command"; readonly command: WrittenCommand }
  | Failure;

/** Reads a client's text. Never throws: an error is a result. */
export function parseClassic(text: string): ClassicMessage {
  const read = readJson(text);
  if ("kind" in read) return read;
  const { json } = read;
  const { data, error } = envelope.safeParse(json);
  if (error !== undefined) return badRequest(error);
  const { cmd } = data;
  if (cmd === undefined || cmd === null || cmd === "") return { kind: "heartbeat" };
  const schema = COMMANDS.get(cmd);
  if (schema === undefined) return unknownCommand(cmd);
  const command = schema.safeParse(json);
  return command.success ? { kind: "command", command: command.data } : badRequest(command.error);
}

/** An error frame has no `line`, so that pages that look for one ignore it. */
export function classicError({ code, message }: CommandError): string {
  return JSON.stringify({ error: { code, message } });
}
