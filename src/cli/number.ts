/** `tapi2ws number TEXT`: shows what a number is at the site, and what is dialled for it, step by step. */
import { NUMBER_SOURCES, type NumberReading, type NumberSource } from "../model/number.ts";
import { loadNumbers } from "../numbers/load.ts";
import type { Settings } from "../settings/settings.ts";

const TITLES: Readonly<Record<NumberSource, string>> = {
  written: "To be dialled, as clients write it",
  caller: "Of a caller, as the phone system writes it",
  called: "Of a party that was called, as the phone system writes it",
};

/** @returns The text to print. @throws SettingsError */
export async function describeNumber(
  text: string,
  settings: Settings,
  json: boolean,
): Promise<string> {
  const numbers = await loadNumbers(settings.numbers);
  const readings = NUMBER_SOURCES.map((source) => [source, numbers.read(text, source)] as const);
  if (json) return JSON.stringify(Object.fromEntries(readings), null, 2);
  const hint = settings.numbers === undefined
    ? ["Without [numbers] in the settings, only what is the same everywhere is done.\n"]
    : [];
  return [...hint, ...readings.map(describe)].join("\n");
}

function describe([source, reading]: readonly [NumberSource, NumberReading]): string {
  const { steps, e164, national, internal, dials, problem } = reading;
  const results: readonly (readonly [string, string | undefined])[] = [
    ["e164", e164],
    ["national", national],
    ["internal", internal && "true"],
    // What the phone system has written is not dialled again.
    ["dials", source === "written" ? dials : undefined],
    ["refused", source === "written" ? problem : undefined],
  ];
  const known = results.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`]
  );
  return [
    `${TITLES[source]}:`,
    ...steps.map(({ why, result }) => `  ${result.padEnd(20)}  ${why}`),
    `  ${known.join("  ") || "nothing is known of it"}`,
    "",
  ].join("\n");
}
