/** Emergency numbers: they are dialled as they are written, and are never taken for anything else. */

/** Numbers of every country: mobile networks connect them everywhere, and people abroad dial their own. */
const EVERYWHERE = ["112", "911", "999"];

/** By country, beside those. */
const OF_COUNTRY: Readonly<Record<string, string>> = {
  AR: "100 101 107",
  AT: "122 133 140 141 144 147",
  AU: "000 106",
  BE: "100 101 102 103",
  BR: "190 192 193",
  CA: "988",
  CH: "117 118 143 144 147 1414",
  CL: "131 132 133",
  CN: "110 119 120 122",
  CO: "123",
  CZ: "150 155 156 158",
  DE: "110 116117 19222",
  DK: "114",
  ES: "061 062 080 085 088 091 092",
  FR: "15 17 18 114 115 116 117 119 191 196 197",
  GB: "101 111 18000",
  GR: "100 108 166 199",
  HR: "192 193 194 195",
  HU: "104 105 107",
  IE: "116123",
  IL: "100 101 102",
  IN: "100 101 102 108",
  IT: "113 114 115 117 118 1530",
  JP: "110 118 119",
  KR: "119",
  LI: "117 118 144",
  LU: "113",
  MX: "065 066 068",
  NL: "113 144",
  NO: "110 113",
  NZ: "111",
  PL: "997 998 999",
  RU: "101 102 103 104",
  SE: "11313 11414 1177",
  SG: "995",
  SI: "113",
  SK: "150 155 158",
  TR: "110 155 156",
  UA: "101 102 103 104",
  US: "988",
  ZA: "10111 10177",
};

/** @param country ISO 3166-1. */
export function emergencyNumbers(country: string): ReadonlySet<string> {
  return new Set([...EVERYWHERE, ...(OF_COUNTRY[country]?.split(" ") ?? [])]);
}
