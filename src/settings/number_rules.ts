/** How numbers are written at the site: the table `[numbers]`. */
import { z } from "zod";
import { DIAL_FORMS, NUMBER_FORMS, type NumberExample, type NumberRules } from "../model/number.ts";
import { setting, SettingsError, type ValueOf, type ValueType } from "./setting.ts";
import { listOf, oneOf } from "./value_types.ts";

function digits(least: number): ValueType<string> {
  const error = `expected ${least} to 8 digits`;
  const written = z.union([z.string(), z.int().nonnegative().transform(String)], { error });
  return {
    placeholder: "DIGITS",
    schema: written.pipe(z.string().regex(new RegExp(`^\\d{${least},8}$`), error)),
  };
}

const LENGTHS = "expected lengths such as 3, 4";
const lengths: ValueType<readonly number[]> = {
  placeholder: "N...",
  schema: listOf("lengths such as 3, 4", 0).transform((list) => list.map(Number))
    .pipe(z.array(z.int(LENGTHS).min(1, LENGTHS).max(10, LENGTHS))),
};

const number = z.string({ error: "expected a number, a string" });
const example = z.strictObject({
  caller: number.optional(),
  called: number.optional(),
  written: number.optional(),
  e164: number.optional(),
  dials: number.optional(),
  internal: z.boolean({ error: "expected true or false" }).optional(),
}, { error: 'expected a table such as { written = "…", dials = "…" }' }).refine(
  ({ caller, called, written }) =>
    [caller, called, written].filter((text) => text !== undefined).length === 1,
  "expected one of caller, called and written",
).refine(
  ({ e164, dials, internal }) => [e164, dials, internal].some((value) => value !== undefined),
  "expected e164, dials or internal as well",
);

const form = oneOf(...NUMBER_FORMS);

export const NUMBER_SETTINGS = {
  "numbers.country": setting({
    placeholder: "CC",
    schema: z.string({ error: "expected a country" }).trim().toUpperCase().regex(
      /^[A-Z]{2}$/,
      'expected a country\'s two letters, such as "GB"',
    ),
  }, { help: "country of the phone system, such as `GB`; numbers are read by its numbering plan" }),
  "numbers.areaCode": setting(digits(1), {
    help:
      "area code of the phone system, as written after the country code, for numbers without one",
  }),
  "numbers.outsidePrefix": setting(digits(0), {
    default: "",
    defaultText: "none",
    help: "digits for an outside line, such as `9`",
  }),
  "numbers.internationalPrefix": setting(digits(1), {
    defaultText: "the country's",
    help: "digits before a country code, such as `00`",
  }),
  "numbers.trunkPrefix": setting(digits(0), {
    defaultText: "the country's",
    help: "digits before an area code, such as `0`",
  }),
  "numbers.callerForm": setting(form, {
    default: "local",
    help: "form in which the phone system writes callers' numbers",
  }),
  "numbers.calledForm": setting(form, {
    defaultText: "`outside` with an outside prefix, else `local`",
    help: "form in which the phone system writes called numbers",
  }),
  "numbers.writtenForm": setting(form, {
    default: "local",
    help: "form in which clients write numbers to dial",
  }),
  "numbers.dialForm": setting(oneOf(...DIAL_FORMS), {
    default: "local",
    help: "form in which the phone system expects numbers to dial",
  }),
  "numbers.extensionLengths": setting(lengths, {
    default: [],
    defaultText: "none",
    help: "how many digits extensions have, such as `3,4`",
  }),
  "numbers.unchanged": setting({
    placeholder: "PATTERN...",
    schema: listOf("patterns of numbers, such as 118*", 0),
  }, {
    default: [],
    defaultText: "none",
    help: "numbers that are dialled unchanged, in addition to emergency numbers",
  }),
  "numbers.examples": setting<readonly NumberExample[]>({
    schema: z.array(example, { error: "expected an array of tables" }),
  }, {
    default: [],
    defaultText: "none",
    help: "numbers with their expected results, verified when the program starts",
  }),
};

type NumberKey = keyof typeof NUMBER_SETTINGS;
type NumberValues = { readonly [K in NumberKey]: ValueOf<(typeof NUMBER_SETTINGS)[K]> };

/** @param given The keys that have been set. @throws SettingsError */
export function numberRulesOf(
  values: NumberValues,
  given: readonly string[],
): NumberRules | undefined {
  const country = values["numbers.country"];
  if (country === undefined) {
    const alone = given.find((key) => key.startsWith("numbers."));
    if (alone === undefined) return undefined;
    throw new SettingsError(`Cannot use ${alone} alone: expected numbers.country as well`);
  }
  return {
    country,
    areaCode: values["numbers.areaCode"],
    outsidePrefix: values["numbers.outsidePrefix"],
    internationalPrefix: values["numbers.internationalPrefix"],
    trunkPrefix: values["numbers.trunkPrefix"],
    callerForm: values["numbers.callerForm"],
    calledForm: values["numbers.calledForm"],
    writtenForm: values["numbers.writtenForm"],
    dialForm: values["numbers.dialForm"],
    extensionLengths: values["numbers.extensionLengths"],
    unchanged: values["numbers.unchanged"],
    examples: values["numbers.examples"],
  };
}
