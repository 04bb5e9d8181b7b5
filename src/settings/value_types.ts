/** The types of values that settings have, as they are written in flags, variables and the file. */
import { z } from "zod";

export function wholeNumber(from: number, to: number): z.ZodType<number> {
  const expected = `expected a whole number from ${from} to ${to}`;
  return z.union([z.number(), z.string().regex(/^\d{1,15}$/).transform(Number)], {
    error: expected,
  }).pipe(z.int(expected).min(from, expected).max(to, expected));
}

export function oneOf<const T extends string>(...values: T[]): z.ZodType<T> {
  const names = values.map((value) => `"${value}"`);
  const list = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(names);
  return z.enum(values, { error: `expected ${list}` });
}

/** A text that is not empty. @param expected What it is, such as "the path of a file". */
export function text(expected: string): z.ZodType<string> {
  const error = `expected ${expected}`;
  return z.string({ error }).min(1, error);
}

export const trueOrFalse: z.ZodType<boolean> = z.union([
  z.boolean(),
  z.enum(["true", "false"]).transform((text) => text === "true"),
], { error: 'expected "true" or "false"' });

/** Texts or whole numbers: one, several, or several in one text, separated by commas. */
export function listOf(expected: string, least = 1): z.ZodType<readonly string[]> {
  const error = `expected ${expected}`;
  const item = z.union([z.string(), z.int().nonnegative().transform(String)]);
  return z.union([
    z.string().transform((text) => text.split(",")),
    z.int().nonnegative().transform((number) => [String(number)]),
    z.array(item),
  ], { error }).transform((list) => list.map((text) => text.trim()))
    .pipe(z.array(z.string().min(1, error)).min(least, error));
}

export const extensionPatterns: z.ZodType<readonly string[]> = listOf(
  "extensions such as 201, or patterns such as 2*",
);
