/** Writes the tables of the manual's pages anew: the task `manual`. */
import { withTables } from "./tables.ts";

const FOLDER = new URL("../../src/manual/", import.meta.url);

for (const { name } of Deno.readDirSync(FOLDER)) {
  if (!name.endsWith(".md")) continue;
  const path = new URL(name, FOLDER);
  const page = Deno.readTextFileSync(path);
  const made = withTables(page);
  if (made !== page) Deno.writeTextFileSync(path, made);
}
