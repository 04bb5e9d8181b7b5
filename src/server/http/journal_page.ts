/** The journal over HTTP: a page as JSON, or as CSV for spreadsheets. */
import { PARTY_ROLES, type PartyRole } from "../../model/call.ts";
import type { EntryObject } from "../v2/frames.ts";
import { queryJournal } from "../v2/queries.ts";
import { readJournalQuery } from "../v2/requests.ts";
import { failure, json } from "./answers.ts";
import { readerOf, type RouteContext, type Visit } from "./route.ts";

/** Answers `GET /api/v2/journal?…`: the parameters are the fields of the request `journal`. */
export async function journalPage(
  visit: Visit,
  context: RouteContext,
): Promise<Response> {
  const { request, url } = visit;
  const { searchParams } = url;
  const query: Record<string, unknown> = {};
  for (const [name, value] of searchParams) {
    if (value === "" || name === "format" || name === "line") continue;
    query[name] = valueOf(name, value);
  }
  const lines = searchParams.getAll("line").filter((line) => line !== "");
  if (lines.length > 0) query["lines"] = lines;
  const format = searchParams.get("format") ?? (wantsCsv(request) ? "csv" : "json");
  if (format !== "json" && format !== "csv") {
    return failure({ code: "bad_request", message: 'format: expected "json" or "csv"' });
  }
  const checked = readJournalQuery(query);
  if ("kind" in checked) return failure(checked.error);
  const answer = await queryJournal(checked, readerOf(visit), context);
  if (!answer.ok) return failure(answer.error);
  const { entries, next, missing } = answer.outcome;
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
  if (missing !== undefined) response.headers.set("tapi2ws-missing", missing.join(", "));
  response.headers.set("vary", "accept");
  return response;
}

/** A parameter as JSON has it. A value that does not fit stays text, and is refused as such. */
function valueOf(name: string, value: string): unknown {
  switch (name) {
    case "limit":
    case "chain":
      return /^\d{1,16}$/.test(value) ? Number(value) : value;
    case "missed":
      return value === "true" ? true : value === "false" ? false : value;
    default:
      return value;
  }
}

function wantsCsv(request: Request): boolean {
  return (request.headers.get("accept") ?? "").toLowerCase().includes("text/csv");
}

type Column = readonly [name: string, read: (entry: EntryObject) => string | number | undefined];

function member(name: Exclude<keyof EntryObject, PartyRole | "disconnects">): Column {
  return [name, (entry) => entry[name]];
}

const COLUMNS: readonly Column[] = [
  ...(["id", "line", "direction", "result"] as const).map(member),
  ...(["startedAt", "answeredAt", "endedAt", "ringMs", "talkMs"] as const).map(member),
  ...PARTY_ROLES.flatMap((role): Column[] => [
    [`${role}Number`, (entry) => entry[role].number],
    [`${role}Name`, (entry) => entry[role].name],
    [`${role}Presentation`, (entry) => entry[role].presentation],
  ]),
  ...(["callId", "relatedCallId", "origin", "reason", "disconnect"] as const).map(member),
  ["disconnects", ({ disconnects }) => disconnects?.join(" ")],
  member("permanentId"),
];

/** RFC 4180: a line of names, then a line for each entry, each with CRLF at its end. */
function toCsv(entries: readonly EntryObject[]): string {
  const rows = [
    COLUMNS.map(([name]) => name),
    ...entries.map((entry) => COLUMNS.map(([, read]) => field(read(entry)))),
  ];
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

/**
 * Where a spreadsheet may take what follows for a formula: at the beginning, and after every separator
 * that it may be set to, after spaces and invisible characters.
 */
const FORMULA = /^(?=[\t\r\n])|(^|[,;|\t\r\n])(?=(?:[^\S\r\n]|[\p{Cf}"'])*[=+\-@＝＋－＠])/gu;

/**
 * A field, quoted if it has to be. A possible formula gets an apostrophe, because callers choose their
 * own names; a number such as +441632960001 is not one.
 */
function field(value: string | number | undefined): string {
  if (typeof value !== "string") return value === undefined ? "" : String(value);
  const text = /^\+\d+$/.test(value) ? value : value.replace(FORMULA, "$1'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
