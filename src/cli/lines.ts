/** `tapi2ws lines`: what lines there are, and whether they can be opened. */
import type { Line } from "../model/line.ts";
import type { Config } from "../settings/settings.ts";
import { look } from "./survey.ts";

/** @returns What is printed. @throws LibraryError or ConfigError */
export async function listLines(
  { config, json }: { readonly config: Config; readonly json: boolean },
  blockingThreads: number,
): Promise<string> {
  const { lines, provider } = await look(config, blockingThreads);
  if (json) return JSON.stringify(lines, null, 2);
  if (provider === "down") return "TAPI is not available; tapi2ws doctor tells more";
  return lines.length === 0 ? "There are no lines; tapi2ws doctor tells more" : tableOf(lines);
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
