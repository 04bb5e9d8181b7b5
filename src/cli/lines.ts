/** `tapi2ws lines`: lists the lines, and whether they can be opened. */
import type { Line } from "../model/line.ts";
import type { Settings } from "../settings/settings.ts";
import { survey } from "./survey.ts";

/** @returns The text to print. @throws LibraryError or SettingsError */
export async function listLines(settings: Settings, json: boolean): Promise<string> {
  const { lines, isUp } = await survey(settings);
  if (json) return JSON.stringify(lines, null, 2);
  if (!isUp) return "TAPI is not available; run tapi2ws doctor for details";
  return lines.length === 0 ? "There are no lines; run tapi2ws doctor for details" : tableOf(lines);
}

function tableOf(lines: readonly Line[]): string {
  const rows = [
    ["line", "name", "status", "provider"],
    ...lines.map(({ line, name, status, error, provider }) => [
      line,
      name,
      error === undefined ? status : `${status}: ${error}`,
      provider,
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2
  );
  return rows.map((row) => row.map((text, i) => text.padEnd(widths[i] ?? 0)).join("").trimEnd())
    .join("\n");
}
