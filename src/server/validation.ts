/** Checks text from outside, whatever the dialect: JSON, the fields of commands, what errors say. */
import { z } from "zod";
import { DTMF_DIGITS, type Field, HEX_BYTES } from "../model/command.ts";
import type { CommandError, ErrorCode } from "../model/error.ts";

/** The longest number that is passed on: TAPIMAXDESTADDRESSSIZE without its NUL. */
export const MOST_NUMBER_CHARACTERS = 79;
/** Permanent ids, which may stand for extensions, can have the driver's and the line's name in them. */
const MOST_EXTENSION_CHARACTERS = 300;

// deno-lint-ignore no-control-regex -- the very characters that must not reach a driver or a log
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;
/** Lone surrogates, which no text that is sent on may have. */
const NO_HALF_CHARACTERS = /^\P{Surrogate}*$/u;

export const extension: z.ZodString = z.string({ error: "expected an extension, a string" })
  .min(1, "expected an extension")
  .max(MOST_EXTENSION_CHARACTERS, `expected at most ${MOST_EXTENSION_CHARACTERS} characters`)
  .regex(NO_CONTROL_CHARACTERS, "expected no control characters")
  .regex(NO_HALF_CHARACTERS, "expected valid Unicode");

/** A number to dial, a slot or a group. */
export const telephoneNumber: z.ZodString = z.string({
  error: "expected a telephone number, a string",
})
  .trim().min(1, "expected a telephone number")
  .max(MOST_NUMBER_CHARACTERS, `expected at most ${MOST_NUMBER_CHARACTERS} characters`)
  .regex(NO_CONTROL_CHARACTERS, "expected no control characters")
  .regex(NO_HALF_CHARACTERS, "expected valid Unicode");

const digits = z.string({ error: "expected digits, a string" }).regex(
  DTMF_DIGITS,
  "expected 1 to 80 of 0-9, A-D, *, #, and , for a pause",
);

const hexBytes = z.string({ error: "expected bytes in hex, a string" }).regex(
  HEX_BYTES,
  "expected 1 to 1024 bytes as pairs of hex digits",
);

export const trueOrFalse: z.ZodBoolean = z.boolean({ error: "expected true or false" });

export function oneOf<const T extends string>(values: readonly T[]): z.ZodType<T> {
  const error = `expected ${values.map((value) => `"${value}"`).join(" or ")}`;
  return z.enum(values, { error }) as z.ZodType<T>;
}

const KINDS = {
  number: { schema: telephoneNumber, noun: "a telephone number" },
  slot: { schema: telephoneNumber, noun: "a slot" },
  extension: { schema: extension, noun: "an extension" },
  digits: { schema: digits, noun: "digits" },
  bytes: { schema: hexBytes, noun: "bytes in hex" },
  flag: { schema: trueOrFalse, noun: "true or false" },
};

/** The schema of a command's field. */
export function fieldSchema({ kind, optional, nullable }: Field): z.ZodType {
  const { schema, noun }: { readonly schema: z.ZodType; readonly noun: string } =
    typeof kind === "string" ? KINDS[kind] : { schema: oneOf(kind), noun: "a choice" };
  const value = nullable
    ? z.union([schema, z.null()], { error: `expected ${noun}, or null for off` })
    : schema;
  return optional ? value.optional() : value;
}

/** Something is wrong with a message. */
export interface Failure {
  readonly kind: "error";
  readonly error: CommandError;
}

export function failed(code: ErrorCode, message: string): Failure {
  return { kind: "error", error: { code, message } };
}

/** Reads JSON; never throws. */
export function readJson(text: string): { readonly json: unknown } | Failure {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return failed("bad_json", "The message is not JSON");
  }
}

/** Reports the first problem, with the path to it. */
export function badRequest(error: z.ZodError): Failure {
  return failed("bad_request", describe(error));
}

export function unknownCommand(cmd: string): Failure {
  return failed("unknown_command", `There is no command "${cmd.slice(0, 40)}"`);
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "The message is not understood";
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return `${path === "" ? "" : `${path}.`}${key.slice(0, 40)}: expected no such field`;
  }
  return path === "" ? `The message: ${issue.message}` : `${path}: ${issue.message}`;
}
