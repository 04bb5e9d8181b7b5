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
 *
 * @param beginning Left out of the line's name: `berlin/201` is `201` after `berlin/`.
 */
export function toClassic(
  event: BusEvent,
  lineType: LineType,
  beginning = "",
): string | undefined {
  if (event.type !== "call" || (event.change === "info" && !event.numberChanged)) return undefined;
  const { line: name, state, classicId, caller, called, origin, reason } = event.call;
  const line = name.startsWith(beginning) ? name.slice(beginning.length) : name;
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

/** Encodes each event once for each line type and beginning. */
export class ClassicEncoder {
  #event: CallEvent | undefined;
  /** By beginning, and by line type. */
  readonly #texts = new Map<string, Partial<Record<LineType, string | undefined>>>();

  encode(event: BusEvent, lineType: LineType, beginning = ""): string | undefined {
    if (event.type !== "call") return undefined;
    if (event !== this.#event) {
      this.#event = event;
      this.#texts.clear();
    }
    let texts = this.#texts.get(beginning);
    if (texts === undefined) this.#texts.set(beginning, texts = {});
    if (!(lineType in texts)) texts[lineType] = toClassic(event, lineType, beginning);
    return texts[lineType];
  }
}

const textOrNumber = z.union([z.string(), z.number()], {
  error: "expected a string or a number",
}).transform(String);
const line = textOrNumber.pipe(extension);

type ClassicCommand = Extract<WrittenCommand, { cmd: "dial" | "drop"; line: string }>;

/** Each command as v2 has it. Classic's `drop` means every call of the line. */
const COMMANDS: ReadonlyMap<string, z.ZodType<ClassicCommand>> = new Map<
  string,
  z.ZodType<ClassicCommand>
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
  | { readonly kind: "command"; readonly command: ClassicCommand }
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
