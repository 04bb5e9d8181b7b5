/** Which telephone numbers may be dialled: patterns, compared with numbers as people write them. Pure. */
import type { NumberPort } from "../../bus/ports.ts";
import { type Command, fieldsOf } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import { matchesAny } from "../../patterns.ts";
import type { DialRules } from "../../settings/access_rules.ts";

/** Separates digits for the eye; a comma is a pause. */
const SEPARATORS = /[\s().,/-]/g;
/** A number that can be judged: no tone switches, subaddresses or names. */
const JUDGEABLE = /^[0-9A-Da-d*#+]*$/;

/**
 * Why the command is refused because of the number that it dials; `undefined`: it is not.
 *
 * @param command With the numbers as they are dialled.
 */
export function dialRefusal(
  command: Command,
  rules: DialRules,
  numbers: Pick<NumberPort, "spellingsOf">,
): CommandError | undefined {
  for (const [{ dialled }, number] of fieldsOf(command)) {
    if (dialled && !mayDial(number, rules, numbers)) {
      return { code: "not_permitted", message: "You may not dial this number" };
    }
  }
  return undefined;
}

function mayDial(
  number: string,
  { allow, deny = [] }: DialRules,
  numbers: Pick<NumberPort, "spellingsOf">,
): boolean {
  if (allow === undefined && deny.length === 0) return true;
  const compact = number.replace(SEPARATORS, "");
  if (!JUDGEABLE.test(compact)) return false;
  const [allowed, denied] = [allow, deny].map((patterns) =>
    patterns?.map((pattern) => pattern.replace(SEPARATORS, ""))
  );
  // At a pause the phone system may dial what it has.
  const [beforePause = ""] = number.split(",");
  // After a code such as #31# or *21* it dials the rest.
  const dialled = [compact, beforePause.replace(SEPARATORS, ""), ...suffixesAfterCodes(compact)];
  const spelled = [...dialled, ...dialled.flatMap((digits) => numbers.spellingsOf(digits))];
  if (denied?.some((pattern) => spelled.some((number) => matchesAny([pattern], number)))) {
    return false;
  }
  if (allowed !== undefined && !matchesAny(allowed, compact)) return false;
  return deny.length === 0 || isSpelledAsDialled(compact, allowed ?? [], denied ?? []);
}

function suffixesAfterCodes(number: string): string[] {
  return [...number.matchAll(/[*#]/g)].map(({ index }) => number.slice(index + 1));
}

/**
 * Whether the patterns of `deny` can judge the number. They are written with digits: +49900 and #31#0900
 * are other spellings of 0900, unless a pattern shows that they were thought of.
 */
function isSpelledAsDialled(
  number: string,
  allow: readonly string[],
  deny: readonly string[],
): boolean {
  if (/[*#]/.test(number)) {
    return matchesAny(allow.filter((pattern) => pattern.includes("#")), number);
  }
  return !number.includes("+") || [...allow, ...deny].some((pattern) => pattern.includes("+"));
}
