/** The log messages that the manual calls stable are those that the program writes, at that level. */
import assert from "node:assert/strict";
import { FILES } from "../support/manual.ts";

const SRC = new URL("../../src/", import.meta.url);

function* sources(folder: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, SRC))) {
    if (isDirectory) yield* sources(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield Deno.readTextFileSync(new URL(folder + name, SRC));
  }
}
const SOURCES = [...sources("./")].join("\n");

/** Rows whose second cell is a level. */
const ROWS = FILES.flatMap((
  { text },
) => [...text.matchAll(/^\| `([^`]+)` +\| (info|warn|error) +\|/gm)])
  .map(([, message = "", level = ""]) => ({ message, level }));

/** Whether the program writes a text that begins so, at this level. */
function isWritten(message: string, level: string): boolean {
  const text = RegExp.escape(message);
  const event = RegExp.escape(message.replace("Line {line} ", ""));
  const call = new RegExp(`log\\.${level}\\(\\s*"${text}|logOnce\\(\\s*"${text}`);
  return call.test(SOURCES) || new RegExp(`level: "${level}",\\s*one: "${event}"`).test(SOURCES);
}

Deno.test("every stable log message is one that the program writes, at its level", () => {
  assert(ROWS.length >= 15);
  for (const { message, level } of ROWS) assert(isWritten(message, level), `${level}: ${message}`);
  assert(!isWritten("Line {line} is out of service", "info"));
  assert(!isWritten("Nothing is wrong", "info"));
});
