/**
 * What people read about the program, for the tests of what it says. Samples and tables are found by what
 * is in them, so that it does not matter in which file or below which heading they stand.
 */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

export interface ManualFile {
  /** Below the repository: `src/manual/install.md`. */
  readonly name: string;
  readonly text: string;
}

/** README and every page. */
export const FILES: readonly ManualFile[] = [
  "README.md",
  ...[...Deno.readDirSync(new URL("src/manual/", ROOT))].map(({ name }) => `src/manual/${name}`)
    .filter((name) => name.endsWith(".md")).sort(),
].map((name) => ({ name, text: Deno.readTextFileSync(new URL(name, ROOT)) }));

/** All of it, one after the other. */
export const MANUAL: string = FILES.map(({ text }) => text).join("\n");

/** The samples in a language that contain `marker`, without the indentation of the list around them. */
export function samples(language: string, marker = ""): string[] {
  const blocks = MANUAL.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm);
  return [...blocks].filter(([, , its]) => its === language)
    .map(([, indent = "", , text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .filter((text) => text.includes(marker));
}

/**
 * The sample in a language that contains `marker`.
 *
 * @throws Error where none does, or more than one.
 */
export function sample(language: string, marker: string): string {
  const found = samples(language, marker);
  if (found.length !== 1) {
    const where = fileURLToPath(ROOT);
    throw new Error(`${found.length} ${language} samples in ${where} contain ${marker}`);
  }
  return found[0] as string;
}

/** The rows of all tables, in their order: their cells, without what pads them. */
export const TABLE_ROWS: readonly (readonly string[])[] = MANUAL.split("\n")
  .filter((line) => /^ *\|/.test(line))
  .map((line) => line.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()));

/** The rows whose first cell matches. */
export function rowsOf(first: RegExp): (readonly string[])[] {
  return TABLE_ROWS.filter(([cell = ""]) => first.test(cell));
}
