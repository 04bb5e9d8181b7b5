/** `tapi2ws number TEXT`: shows what a number is at the site, and what is dialled for it, step by step. */
import { systemClock } from "../clock.ts";
import { openDirectory } from "../directory/open.ts";
import { lookedUp } from "../directory/source.ts";
import type { DirectoryMatch } from "../model/directory.ts";
import { NUMBER_SOURCES, type NumberReading, type NumberSource } from "../model/number.ts";
import { loadNumbers } from "../numbers/load.ts";
import type { Numbers } from "../numbers/numbers.ts";
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
  const read = NUMBER_SOURCES.map((source) => [source, numbers.read(text, source)] as const);
  const readings = await withDirectory(read, settings, numbers);
  if (json) return JSON.stringify(Object.fromEntries(readings), null, 2);
  const hint = settings.numbers === undefined
    ? ["Without [numbers] in the settings, only what is the same everywhere is done.\n"]
    : [];
  return [...hint, ...readings.map(describe)].join("\n");
}

/** A number as it is read, and who has it. */
type Listed = NumberReading & { readonly directory?: DirectoryMatch };
type ReadingOf<T> = readonly (readonly [NumberSource, T])[];

async function withDirectory(
  readings: ReadingOf<NumberReading>,
  settings: Settings,
  numbers: Numbers,
): Promise<ReadingOf<Listed>> {
  const directory = openDirectory(settings.directory, {
    clock: systemClock,
    toE164: (number) => numbers.read(number, "written").e164,
  });
  if (directory === undefined) return readings;
  try {
    return await Promise.all(readings.map(async ([source, reading]) => {
      const match = await directory.lookUp(lookedUp(reading.text, reading.e164));
      return [source, { ...reading, ...match !== undefined && { directory: match } }] as const;
    }));
  } finally {
    directory.close();
  }
}

function describe([source, reading]: readonly [NumberSource, Listed]): string {
  const { steps, e164, national, internal, dials, problem, directory } = reading;
  const results: readonly (readonly [string, string | undefined])[] = [
    ["e164", e164],
    ["national", national],
    ["internal", internal && "true"],
    // Numbers in the phone system's form are not dialled again.
    ["dials", source === "written" ? dials : undefined],
    ["directory", directory && namesOf(directory)],
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

/** `Ada Example, Example Bakery (customers)` */
function namesOf({ name, company, source }: DirectoryMatch): string {
  return `${[name, company].filter((text) => text !== "").join(", ")} (${source})`;
}
