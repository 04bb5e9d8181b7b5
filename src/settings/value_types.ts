/** The types of values that settings have, as they are written in flags, variables and the file. */
import { z } from "zod";
import type { ValueType } from "./setting.ts";

export function wholeNumber(from: number, to: number): ValueType<number> {
  const error = `expected a whole number from ${from} to ${to}`;
  const written = z.union([z.number(), z.string().regex(/^\d{1,15}$/).transform(Number)], {
    error,
  });
  return { placeholder: "N", schema: written.pipe(z.int(error).min(from, error).max(to, error)) };
}

export function oneOf<const T extends string>(...values: T[]): ValueType<T> {
  const names = values.map((value) => `"${value}"`);
  const list = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(names);
  return { placeholder: values.join("|"), schema: z.enum(values, { error: `expected ${list}` }) };
}

export const trueOrFalse: ValueType<boolean> = {
  placeholder: "true|false",
  schema: z.union([
    z.boolean(),
    z.enum(["true", "false"]).transform((text) => text === "true"),
  ], { error: 'expected "true" or "false"' }),
};

/** A text that is not empty. */
export function text(what: string, leastCharacters = 1): z.ZodType<string> {
  const error = `expected ${what}`;
  return z.string({ error }).min(leastCharacters, error);
}

export function path(what: string, placeholder = "PATH"): ValueType<string> {
  return { placeholder, schema: text(`the path of ${what}`), isPath: true };
}

/** Texts or whole numbers: one, several, or several in one text, separated by commas. */
export function listOf(what: string, least = 1): z.ZodType<readonly string[]> {
  const error = `expected ${what}`;
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

/** Texts without a digit: those that have one may be numbers. */
export const placeholders: ValueType<readonly string[]> = {
  placeholder: "TEXT...",
  schema: listOf("texts such as anonymous", 0).refine(
    (list) => list.every((item) => !/\p{Nd}/u.test(item)),
    "expected texts without a digit",
  ),
};
