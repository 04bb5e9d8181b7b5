/** The journal over HTTP: a page as JSON, or as CSV for spreadsheets. */
import type { EntryObject } from "../v2/journal.ts";
import { search } from "../v2/journal.ts";
import { readSearch } from "../v2/requests.ts";
import { failure, json } from "./answers.ts";
import type { RoutesOptions, Visit } from "./route.ts";

/** Parameters whose values are texts in a command too. */
const TEXTS = ["from", "to", "direction", "number", "cursor"];
const NUMBERS = ["limit", "chain"];

/** Answers `GET /api/v2/journal?…`. */
export async function journalPage(
  { request, url, identity }: Visit,
  options: RoutesOptions,
): Promise<Response> {
  const { searchParams } = url;
  const wish: Record<string, unknown> = {};
  for (const [name, value] of searchParams) {
    if (value === "" || name === "format" || name === "line") continue;
    wish[name] = valueOf(name, value);
  }
  const lines = searchParams.getAll("line").filter((line) => line !== "");
  if (lines.length > 0) wish["lines"] = lines;
  const format = searchParams.get("format") ?? (wantsCsv(request) ? "csv" : "json");
  if (format !== "json" && format !== "csv") {
    return failure({ code: "bad_request", message: 'format: expected "json" or "csv"' });
  }
  const wanted = readSearch(wish);
  if ("kind" in wanted) return failure(wanted.error);
  const answer = await search(wanted, identity, options);
  if (!answer.ok) return failure(answer.error);
  const { entries, next } = answer.outcome;
  const response = format === "json" ? json(200, answer.outcome) : new Response(toCsv(entries), {
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="journal.csv"',
    },
  });
  if (next !== undefined) {
    const following = new URL(url);
    following.searchParams.set("cursor", next);
    response.headers.set("link", `<${following.pathname}${following.search}>; rel="next"`);
  }
  response.headers.set("vary", "accept");
  return response;
}

/** As a command has it: what cannot be one stays text, and is refused as such. */
function valueOf(name: string, value: string): unknown {
  if (TEXTS.includes(name)) return value;
  if (NUMBERS.includes(name)) return /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (name === "missed") return value === "true" ? true : value === "false" ? false : value;
  return value;
}

function wantsCsv(request: Request): boolean {
  return (request.headers.get("accept") ?? "").toLowerCase().includes("text/csv");
}

const PARTIES = ["caller", "called", "connected", "redirecting", "redirection"] as const;

const COLUMNS: readonly [string, (entry: EntryObject) => string | number | undefined][] = [
  ["id", ({ id }) => id],
  ["line", ({ line }) => line],
  ["direction", ({ direction }) => direction],
  ["result", ({ result }) => result],
  ["startedAt", ({ startedAt }) => startedAt],
  ["answeredAt", ({ answeredAt }) => answeredAt],
  ["endedAt", ({ endedAt }) => endedAt],
  ["ringMs", ({ ringMs }) => ringMs],
  ["talkMs", ({ talkMs }) => talkMs],
  ...PARTIES.flatMap((party): [string, (entry: EntryObject) => string][] => [
    [`${party}Number`, (entry) => entry[party].number],
    [`${party}Name`, (entry) => entry[party].name],
    [`${party}Presentation`, (entry) => entry[party].presentation],
  ]),
  ["callId", ({ callId }) => callId],
  ["relatedCallId", ({ relatedCallId }) => relatedCallId],
  ["origin", ({ origin }) => origin],
  ["reason", ({ reason }) => reason],
  ["disconnect", ({ disconnect }) => disconnect],
];

/** RFC 4180: a line of names, a line for each entry, CRLF behind each. */
export function toCsv(entries: readonly EntryObject[]): string {
  const rows = [
    COLUMNS.map(([name]) => name),
    ...entries.map((entry) => COLUMNS.map(([, read]) => field(read(entry)))),
  ];
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

/**
 * A field, quoted where it has to be. What a spreadsheet would take for a formula gets an apostrophe
 * before it, because callers choose their own names; a number such as +441632960001 is none.
 */
function field(value: string | number | undefined): string {
  if (typeof value !== "string") return value === undefined ? "" : String(value);
  const isFormula = /^[\s]*[=+\-@\t\r\n]/.test(value) && !/^\+\d+$/.test(value);
  const text = isFormula ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
