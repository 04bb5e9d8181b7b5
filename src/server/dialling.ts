/** The numbers of a command as the phone system takes them. Pure. */
import type { NumberPort } from "../bus/ports.ts";
import { type Command, fieldsOf, type WrittenCommand } from "../model/command.ts";
import type { CommandError } from "../model/error.ts";
import { MOST_NUMBER_CHARACTERS } from "./validation.ts";

/** A command with its numbers as they are dialled, or with the first invalid one, and why. */
export interface Dialling {
  readonly command: Command;
  readonly error?: CommandError;
}

/**
 * Reads the numbers that people have written; with `raw`, they are passed as they are, and `raw` with
 * them: a gateway sends it on to the site, which reads numbers again.
 */
export function asDialled(
  { raw, ...command }: WrittenCommand,
  numbers: Pick<NumberPort, "read">,
): Dialling {
  if (raw === true) {
    const passed: WrittenCommand = { ...command, raw };
    return { command: passed };
  }
  const dialled: Record<string, string> = {};
  for (const [{ kind, dialled: isDialled }, text, name] of fieldsOf(command)) {
    if (kind !== "number" || !isDialled) continue;
    const { dials = "", problem } = numbers.read(text, "written");
    const wrong = problem ??
      (dials.length > MOST_NUMBER_CHARACTERS
        ? `expected at most ${MOST_NUMBER_CHARACTERS} digits: it becomes ${dials.length}`
        : undefined);
    if (wrong !== undefined) {
      return { command, error: { code: "bad_number", message: `${name}: ${wrong}` } };
    }
    dialled[name] = dials;
  }
  return { command: { ...command, ...dialled } };
}
