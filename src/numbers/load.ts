/** Loads the rules of a site, and verifies them by its examples. */
import { NUMBER_SOURCES, type NumberExample, type NumberRules } from "../model/number.ts";
import { SettingsError } from "../settings/setting.ts";
import { Numbers } from "./numbers.ts";

/**
 * @param rules `undefined`: the settings name no country.
 * @throws SettingsError which names the key that is wrong.
 */
export async function loadNumbers(rules: NumberRules | undefined): Promise<Numbers> {
  if (rules === undefined) return new Numbers();
  // Heavy, and for those alone who name a country.
  const [{ CountryError }, { Site }] = await Promise.all([
    import("./country.ts"),
    import("./site.ts"),
  ]);
  let numbers: Numbers;
  try {
    numbers = new Numbers(rules, new Site(rules));
  } catch (error) {
    if (!(error instanceof CountryError)) throw error;
    const { key, message } = error;
    throw new SettingsError(
      `Cannot use numbers.${key} = ${JSON.stringify(rules[key] ?? "nothing")}: ${message}`,
    );
  }
  for (const [index, example] of rules.examples.entries()) verify(numbers, example, index);
  return numbers;
}

/** @throws SettingsError */
function verify(numbers: Numbers, example: NumberExample, index: number): void {
  for (const source of NUMBER_SOURCES) {
    const text = example[source];
    if (text === undefined) continue;
    const { e164 = "", dials, internal = false, problem, steps } = numbers.read(text, source);
    const found = { e164, dials, internal };
    for (const key of ["e164", "dials", "internal"] as const) {
      if (example[key] === undefined || example[key] === found[key]) continue;
      const way = problem ?? steps.map(({ why, result }) => `${why}: ${result}`).join("; ");
      throw new SettingsError(
        `Cannot use numbers.examples[${index}].${key} = ${JSON.stringify(example[key])}: ` +
          `${source} ${JSON.stringify(text)} gives ${JSON.stringify(found[key] ?? "")} (${way})`,
      );
    }
  }
}
