/** A table of numbers: what they are at a site, and what its phone system is given. */
import assert from "node:assert/strict";
import type { NumberReading, NumberSource } from "../../src/model/number.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import type { Numbers } from "../../src/numbers/numbers.ts";
import { settingsWith } from "../support/settings.ts";

/** `+…` and what is dialled; `unchanged`, `extension`, or `refused`. */
type Expected =
  | readonly [e164: `+${string}`, dials: string]
  | readonly ["unchanged" | "extension", dials: string]
  | "refused";
type Row = readonly [source: NumberSource, text: string, expected: Expected];

const UNCHANGED = (digits: string): Expected => ["unchanged", digits];
const EXTENSION = (digits: string): Expected => ["extension", digits];

const SITES: readonly {
  readonly site: string;
  readonly settings: string;
  readonly rows: readonly Row[];
}[] = [
  {
    site: "Berlin, 0 for an outside line, extensions of two and three digits",
    settings: 'country = "DE"\nareaCode = 30\noutsidePrefix = "0"\nextensionLengths = [2, 3]',
    rows: [
      ["written", "+49 (0)30 / 123-456", ["+4930123456", "0030123456"]],
      ["written", "tel:+49-30-123456;ext=5", ["+4930123456", "0030123456"]],
      ["written", "TEL:030123456;phone-context=+49", ["+4930123456", "0030123456"]],
      ["written", "0049%2030%20123456", ["+4930123456", "0030123456"]],
      ["written", "%2B4930123456", ["+4930123456", "0030123456"]],
      ["written", "030 123456", ["+4930123456", "0030123456"]],
      ["written", "(030) 12.34.56", ["+4930123456", "0030123456"]],
      ["written", "030\u2013123456", ["+4930123456", "0030123456"]],
      ["written", "\u202a030\u00a0123456\u202c", ["+4930123456", "0030123456"]],
      ["written", "０３０１２３４５６", ["+4930123456", "0030123456"]],
      ["written", "٠٣٠١٢٣٤٥٦", ["+4930123456", "0030123456"]],
      ["written", "234567", ["+4930234567", "0030234567"]],
      ["written", "0234567", ["+49234567", "00234567"]],
      ["written", "0 030 123456", ["+4930123456", "0030123456"]],
      ["written", "0 0041 44 668 18 00", ["+41446681800", "00041446681800"]],
      ["written", "00 30 21 0123 4567", ["+302101234567", "000302101234567"]],
      ["written", "0171 1234567,,12", ["+491711234567", "001711234567,,12"]],
      ["written", "201", EXTENSION("201")],
      ["written", "12", EXTENSION("12")],
      ["written", "112", UNCHANGED("112")],
      ["written", "0112", UNCHANGED("0112")],
      ["written", "110", UNCHANGED("110")],
      ["written", "116 117", UNCHANGED("116117")],
      ["written", "11833", UNCHANGED("11833")],
      ["written", "*21*030123456#", UNCHANGED("*21*030123456#")],
      ["written", "0800-CALL-US", "refused"],
      ["written", "+49 30 +123", "refused"],
      ["written", "()", "refused"],
      ["caller", "030123456", ["+4930123456", "0030123456"]],
      ["caller", "0030123456", ["+4930123456", "0030123456"]],
      ["caller", "00441632960001", ["+441632960001", "000441632960001"]],
      ["caller", "201", EXTENSION("201")],
      ["called", "0030123456", ["+4930123456", "0030123456"]],
      ["called", "0112", UNCHANGED("0112")],
    ],
  },
  {
    site: "Munich over a SIP trunk, which gives and takes E.164",
    settings: 'country = "DE"\nareaCode = 89\ncallerForm = "e164"\ndialForm = "e164"',
    rows: [
      ["caller", "498923456789", ["+498923456789", "+498923456789"]],
      ["caller", "+498923456789", ["+498923456789", "+498923456789"]],
      ["written", "089 23456789", ["+498923456789", "+498923456789"]],
      ["written", "+999 1234 5678", UNCHANGED("+99912345678")],
      ["written", "110", UNCHANGED("110")],
    ],
  },
  {
    site: "Hamburg, callers without the 0 before the area code",
    settings: 'country = "DE"\nareaCode = 40\ncallerForm = "national"\ndialForm = "international"',
    rows: [
      ["caller", "30123456", ["+4930123456", "004930123456"]],
      ["caller", "030123456", ["+4930123456", "004930123456"]],
      ["written", "040 234567", ["+4940234567", "004940234567"]],
    ],
  },
  {
    site: "London, 9 for an outside line",
    settings: 'country = "GB"\nareaCode = 20\noutsidePrefix = 9\nextensionLengths = "4"',
    rows: [
      ["written", "020 7946 0018", ["+442079460018", "902079460018"]],
      ["written", "9 020 7946 0018", ["+442079460018", "902079460018"]],
      ["written", "+44 (0)20 7946 0018", ["+442079460018", "902079460018"]],
      ["written", "7946 0018", ["+442079460018", "902079460018"]],
      ["written", "+1 (202) 555-0100", ["+12025550100", "90012025550100"]],
      ["written", "999", UNCHANGED("999")],
      ["written", "9999", UNCHANGED("9999")],
      ["written", "4001", EXTENSION("4001")],
      ["caller", "01632960001", ["+441632960001", "901632960001"]],
      ["called", "901632960001", ["+441632960001", "901632960001"]],
    ],
  },
  {
    site: "Washington, 9 for an outside line",
    settings: 'country = "US"\nareaCode = 202\noutsidePrefix = "9"\nextensionLengths = [4]',
    rows: [
      ["written", "(202) 555-0100", ["+12025550100", "912025550100"]],
      ["written", "1-202-555-0100", ["+12025550100", "912025550100"]],
      ["written", "555-0100", ["+12025550100", "912025550100"]],
      ["written", "9 1 202 555 0100", ["+12025550100", "912025550100"]],
      ["written", "011 44 1632 960001", ["+441632960001", "9011441632960001"]],
      ["written", "+1 416 555 0100", ["+14165550100", "914165550100"]],
      ["written", "911", UNCHANGED("911")],
      ["written", "9911", UNCHANGED("9911")],
      ["written", "411", UNCHANGED("411")],
      ["written", "1-800-FLOWERS", "refused"],
      ["caller", "2025550100", ["+12025550100", "912025550100"]],
    ],
  },
  {
    site: "Rome: the 0 is a part of the number",
    settings: 'country = "IT"\noutsidePrefix = "0"',
    rows: [
      ["written", "06 1234 5678", ["+390612345678", "00612345678"]],
      ["written", "+39 06 1234 5678", ["+390612345678", "00612345678"]],
      ["written", "+39 (0)6 1234 5678", ["+390612345678", "00612345678"]],
      ["written", "0 06 1234 5678", ["+390612345678", "00612345678"]],
      ["written", "118", UNCHANGED("118")],
    ],
  },
  {
    site: "Paris",
    settings: 'country = "FR"\noutsidePrefix = "0"\nextensionLengths = [4]',
    rows: [
      ["written", "01 23 45 67 89", ["+33123456789", "00123456789"]],
      ["written", "+33 1 23 45 67 89", ["+33123456789", "00123456789"]],
      ["written", "15", UNCHANGED("15")],
      ["written", "3949", EXTENSION("3949")],
      ["caller", "0033123456789", ["+33123456789", "00123456789"]],
    ],
  },
  {
    site: "Madrid: no digit before the area code",
    settings: 'country = "ES"',
    rows: [
      ["written", "912 34 56 78", ["+34912345678", "912345678"]],
      ["written", "+34 912 345 678", ["+34912345678", "912345678"]],
      ["written", "+33 1 23 45 67 89", ["+33123456789", "0033123456789"]],
      ["written", "112", UNCHANGED("112")],
    ],
  },
  {
    site: "Budapest: 06 before the area code",
    settings: 'country = "HU"\noutsidePrefix = "0"',
    rows: [
      ["written", "06 1 234 5678", ["+3612345678", "00612345678"]],
      ["written", "+36 1 234 5678", ["+3612345678", "00612345678"]],
    ],
  },
  {
    site: "Sydney: 0011 for abroad, and numbers without 0",
    settings: 'country = "AU"\nareaCode = 2\noutsidePrefix = "0"',
    rows: [
      ["written", "02 9123 4567", ["+61291234567", "00291234567"]],
      ["written", "9123 4567", ["+61291234567", "00291234567"]],
      ["written", "1300 975 707", ["+611300975707", "01300975707"]],
      ["written", "0011 44 1632 960001", ["+441632960001", "00011441632960001"]],
      ["written", "000", UNCHANGED("000")],
      ["written", "0000", UNCHANGED("0000")],
    ],
  },
  {
    site: "Moscow: 8 within the country, 810 for abroad",
    settings: 'country = "RU"\nareaCode = 495\noutsidePrefix = "9"',
    rows: [
      ["written", "8 (495) 123-45-67", ["+74951234567", "984951234567"]],
      ["written", "+7 495 123-45-67", ["+74951234567", "984951234567"]],
      ["written", "+49 30 123456", ["+4930123456", "98104930123456"]],
      ["written", "101", UNCHANGED("101")],
    ],
  },
  {
    site: "Zurich",
    settings: 'country = "CH"\nunchanged = ["18*"]\noutsidePrefix = "0"',
    rows: [
      ["written", "044 668 18 00", ["+41446681800", "00446681800"]],
      ["written", "1811", UNCHANGED("1811")],
      ["written", "144", UNCHANGED("144")],
    ],
  },
  {
    site: "São Paulo: the carrier's code before the area code",
    settings: 'country = "BR"\ninternationalPrefix = "0015"\ntrunkPrefix = "015"',
    rows: [
      ["written", "(11) 91234-5678", ["+5511912345678", "01511912345678"]],
      ["written", "+44 1632 960001", ["+441632960001", "0015441632960001"]],
    ],
  },
  {
    site: "Tokyo",
    settings: 'country = "JP"\nareaCode = 3\noutsidePrefix = "0"',
    rows: [
      ["written", "03-1234-5678", ["+81312345678", "00312345678"]],
      ["written", "010 44 1632 960001", ["+441632960001", "0010441632960001"]],
      ["written", "119", UNCHANGED("119")],
    ],
  },
];

function outcome({ e164, internal, dials, problem }: NumberReading): Expected {
  if (problem !== undefined || dials === undefined) return "refused";
  if (e164 !== undefined) return [e164 as `+${string}`, dials];
  return [internal ? "extension" : "unchanged", dials];
}

async function numbersOf(settings: string): Promise<Numbers> {
  return await loadNumbers(settingsWith(`[numbers]\n${settings}\n`).numbers);
}

for (const { site, settings, rows } of SITES) {
  Deno.test(`numbers: ${site}`, async () => {
    const numbers = await numbersOf(settings);
    for (const [source, text, expected] of rows) {
      const reading = numbers.read(text, source);
      const way = reading.steps.map(({ why, result }) => `${why}: ${result}`).join("\n");
      assert.deepEqual(outcome(reading), expected, `${source} ${text}\n${way}`);
    }
  });
}

Deno.test("the table has at least sixty numbers of ten countries", () => {
  assert(SITES.flatMap(({ rows }) => rows).length >= 60);
  const countries = SITES.map(({ settings }) => /country = "(..)"/.exec(settings)?.[1]);
  assert(new Set(countries).size >= 10);
});

Deno.test("emergency numbers are dialled as they are in every country, also after the outside digit", async () => {
  for (const country of ["DE", "GB", "US", "IT", "AU", "CH", "FR", "JP", "RU", "ZA"]) {
    const numbers = await numbersOf(
      `country = "${country}"\nareaCode = 20\noutsidePrefix = "0"\nextensionLengths = [3, 4]`,
    );
    for (const number of ["112", "911", "999", "0112"]) {
      const { dials, e164, internal } = numbers.read(number, "written");
      assert.deepEqual([dials, e164, internal], [number, undefined, undefined], country);
    }
  }
});
