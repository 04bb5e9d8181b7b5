/** How outside text is checked, whatever the dialect: JSON, extensions, numbers, and what is said of it. */
import { z } from "zod";
import type { CommandError, ErrorCode } from "../model/error.ts";

/** The longest number that is passed on: TAPIMAXDESTADDRESSSIZE without its NUL. */
const MOST_NUMBER_CHARACTERS = 79;
/** The longest extension that is looked for. */
const MOST_LINE_CHARACTERS = 100;

// deno-lint-ignore no-control-regex -- the very characters that must not reach a provider or a log
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** Text that people wrote: an extension, a name. */
export const lineText: z.ZodString = z.string({ error: "expected an extension, a string" })
  .min(1, "expected an extension")
  .max(MOST_LINE_CHARACTERS, `expected at most ${MOST_LINE_CHARACTERS} characters`)
  .regex(NO_CONTROL_CHARACTERS, "expected no control characters");

/** Text that a telephone system dials. */
export const numberText: z.ZodString = z.string({ error: "expected a telephone number, a string" })
  .trim().min(1, "expected a telephone number")
  .max(MOST_NUMBER_CHARACTERS, `expected at most ${MOST_NUMBER_CHARACTERS} characters`)
  .regex(NO_CONTROL_CHARACTERS, "expected no control characters");

/** Something is wrong with a message. */
export interface Failure {
  readonly kind: "error";
  readonly error: CommandError;
}

export function failed(code: ErrorCode, message: string): Failure {
  return { kind: "error", error: { code, message } };
}

/** Reads JSON. Never throws: what is wrong with it is the result. */
export function readJson(text: string): { readonly json: unknown } | Failure {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return failed("bad_json", "The message is not JSON");
  }
}

/** The first problem, with the path to it. */
export function badRequest(error: z.ZodError): Failure {
  return failed("bad_request", describe(error));
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
