/** Which telephone numbers may be dialled: patterns, compared with numbers as people write them. Pure. */
import type { Command } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import { matchesAny } from "../../patterns.ts";
import type { DialRules } from "../../settings/access_rules.ts";

/** What stands between digits for the eye; a comma is a pause. */
const SEPARATORS = /[\s().,/-]/g;
/** What is left when it is a number that can be judged: no tone switches, subaddresses, names. */
const JUDGEABLE = /^[0-9A-Da-d*#+]*$/;

/** Why the command may not be given because of a number in it; `undefined` where it may. */
export function dialRefusal(command: Command, rules: DialRules): CommandError | undefined {
  const number = numberOf(command);
  if (number === undefined || mayDial(number, rules)) return undefined;
  return { code: "not_permitted", message: "You may not dial this number" };
}

/** The number that a command sends a call to. */
export function numberOf(command: Command): string | undefined {
  if ("number" in command) return command.number;
  return command.cmd === "forward" ? command.to ?? undefined : undefined;
}

function mayDial(number: string, { allow, deny = [] }: DialRules): boolean {
  if (allow === undefined && deny.length === 0) return true;
  const compact = number.replace(SEPARATORS, "");
  if (!JUDGEABLE.test(compact)) return false;
  const matches = (patterns: readonly string[]) =>
    matchesAny(patterns.map((pattern) => pattern.replace(SEPARATORS, "")), compact);
  return !matches(deny) && (allow === undefined || matches(allow));
}
