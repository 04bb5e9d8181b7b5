/** Which telephone numbers may be dialled: patterns, compared with numbers as people write them. Pure. */
import { type Command, fieldsOf } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import { matchesAny } from "../../patterns.ts";
import type { DialRules } from "../../settings/access_rules.ts";

/** Separates digits for the eye; a comma is a pause. */
const SEPARATORS = /[\s().,/-]/g;
/** A number that can be judged: no tone switches, subaddresses or names. */
const JUDGEABLE = /^[0-9A-Da-d*#+]*$/;

/** Why the command is refused because of the number that it dials; `undefined`: it is not. */
export function dialRefusal(command: Command, rules: DialRules): CommandError | undefined {
  for (const [{ dialled }, number] of fieldsOf(command)) {
    if (dialled && !mayDial(number, rules)) {
      return { code: "not_permitted", message: "You may not dial this number" };
    }
  }
  return undefined;
}

function mayDial(number: string, { allow, deny = [] }: DialRules): boolean {
  if (allow === undefined && deny.length === 0) return true;
  const compact = number.replace(SEPARATORS, "");
  if (!JUDGEABLE.test(compact)) return false;
  const matches = (patterns: readonly string[]) =>
    matchesAny(patterns.map((pattern) => pattern.replace(SEPARATORS, "")), compact);
  return !matches(deny) && (allow === undefined || matches(allow));
}
