/** People who call from outside: numbers that regulators keep free for fiction, some with names. */
import type { Random } from "../random.ts";

/** Prefixes of ranges for fiction, and how many digits follow. */
const RANGES = [
  ["+441632960", 3], // United Kingdom, no area
  ["+442079460", 3], // London
  ["+447700900", 3], // United Kingdom, mobile
  ["+493023125", 3], // Berlin
  ["+498999998", 3], // Munich
  ["+121255501", 2], // New York
  ["+141555501", 2], // San Francisco
] as const;

const NAMES = [
  "",
  "",
  "Ada Example",
  "Björn Ångström",
  "Example Bakery",
  "Zoë O'Neill",
  "山田 太郎",
  "Łukasz Żółw",
] as const;

export interface OutsidePerson {
  readonly number: string;
  /** Often empty, as in life. */
  readonly name: string;
}

/** Whether the number is in one of the ranges. */
export function isOutsideNumber(number: string): boolean {
  return RANGES.some(([prefix, digits]) =>
    number.startsWith(prefix) && number.length === prefix.length + digits
  );
}

export function somebodyOutside(random: Random): OutsidePerson {
  const [prefix, digits] = random.pick(RANGES);
  const number = prefix + String(random.between(0, 10 ** digits - 1)).padStart(digits, "0");
  return { number, name: random.pick(NAMES) };
}
