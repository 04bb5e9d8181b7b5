/** CSV files as people and programs write them. */
import assert from "node:assert/strict";
import { CsvFinder } from "../../src/directory/csv.ts";
import type { CsvSourceSettings } from "../../src/settings/directory.ts";
import { ManualClock } from "../support/clock.ts";
import { entry, number } from "../support/directory.ts";
import { Folder } from "../support/folder.ts";
import { LogRecorder } from "../support/log.ts";
import { socketTurn } from "../support/patience.ts";

const FIELDS = { number: ["number"], name: "name", company: "company", url: "url", id: "id" };

function open(
  file: string,
  settings: Partial<CsvSourceSettings> = {},
  clock = new ManualClock(),
  toE164?: (number: string) => string | undefined,
) {
  const finder = new CsvFinder({ type: "csv", name: "test", file, fields: FIELDS, ...settings }, {
    clock,
    toE164,
  });
  return {
    clock,
    find: async (e164: string) => await finder.find(number(e164)),
    check: () => finder.check(),
    [Symbol.dispose]: () => finder.close(),
  };
}

Deno.test("numbers are found however they are written; quotes, blank lines and BOMs are no matter", async () => {
  await using folder = await Folder.make();
  const file = await folder.write(
    "a.csv",
    `\ufeffname,number,company,url,id
"Example, Ada",+44 (1632) 960-001,"Example ""Bakery""",https://crm.example.com/1,17

Otto,+49 30 23125 000,,javascript:alert(1),
Nobody,,,,
,+441632960009,Only Company,,
Zoë,+441632960001,,,
`,
  );
  using csv = open(file);
  assert.deepEqual(await csv.find("+441632960001"), [
    {
      name: "Example, Ada",
      company: 'Example "Bakery"',
      url: "https://crm.example.com/1",
      id: "17",
      source: "test",
    },
    entry("Zoë"),
  ]);
  // No URL that a page must not open.
  assert.deepEqual(await csv.find("+493023125000"), [entry("Otto")]);
  assert.deepEqual(await csv.find("+441632960009"), [
    entry("", "test", { company: "Only Company" }),
  ]);
  assert.deepEqual(await csv.find("+441632960002"), []);
  assert.equal(await csv.check(), "5 rows with 3 numbers");
});

Deno.test("exports of programs on Windows: semicolons, a code page, columns of any name, several numbers", async () => {
  await using folder = await Folder.make();
  const file = folder.at("a.csv");
  // Windows-1252: ü is one byte.
  const text = "Name;Telefon;Mobil\r\nMüller;+49 30 23125-001;+49 170 1234567\r\n";
  await Deno.writeFile(file, Uint8Array.from(text, (character) => character.charCodeAt(0)));
  using csv = open(file, { fields: { ...FIELDS, name: "Name", number: ["Telefon", "Mobil"] } });
  assert.deepEqual(await csv.find("+493023125001"), [entry("Müller")]);
  assert.deepEqual(await csv.find("+491701234567"), [entry("Müller")]);
});

Deno.test("the numbers of a company match by their beginning where a * ends it; the longest first", async () => {
  await using folder = await Folder.make();
  const file = await folder.write(
    "a.csv",
    "number,name,company\n+44 1632 960*,,Example Ltd\n+44 1632 9601*,,Example Bakery\n" +
      "+44 1632 960100,Ada,Example Bakery\n+4*,,Everybody\n",
  );
  using csv = open(file);
  const company = async (number: string) => (await csv.find(number)).map(({ company }) => company);
  assert.deepEqual(await company("+441632960999"), ["Example Ltd"]);
  assert.deepEqual(await company("+441632960199"), ["Example Bakery"]);
  assert.deepEqual(await csv.find("+441632960100"), [
    entry("Ada", "test", { company: "Example Bakery" }),
  ]);
  // The beginning alone is no number of it, and one that nearly everybody's number has is no company's.
  assert.deepEqual(await company("+441632960"), []);
  assert.deepEqual(await company("+499999999"), []);
});

Deno.test("numbers as they are written in the country are found where the site's rules are known", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("a.csv", "number,name\n01632 960001,Ada\n201,Reception\n");
  const toE164 = (text: string) =>
    text.startsWith("0") ? `+44${text.slice(1).replace(" ", "")}` : undefined;
  using csv = open(file, {}, undefined, toE164);
  assert.deepEqual(await csv.find("+441632960001"), [entry("Ada")]);
  assert.deepEqual(await csv.find("201"), [entry("Reception")]);
});

/** Lets time pass, in which the file is looked at, until a condition holds. */
async function until({ clock }: ReturnType<typeof open>, holds: () => Promise<boolean>) {
  let reached = false;
  while (!reached) {
    await clock.passUntil(() => true, { stepMs: 0 });
    await clock.advanceAsync(5000);
    await socketTurn();
    reached = await holds();
  }
}

Deno.test("a changed file is used, a bad one is not, and a file may come later", async () => {
  await using folder = await Folder.make();
  const file = folder.at("a.csv");
  using csv = open(file);
  await assert.rejects(csv.find("+441632960001"), /the file cannot be read: ENOENT/);
  await folder.write("a.csv", "number,name\n+441632960001,Ada\n");
  const is = (name: string) => async () =>
    (await csv.find("+441632960001").catch(() => []))[0]?.name === name;
  await until(csv, is("Ada"));
  await folder.write("a.csv", "number,name\n+441632960001,Ada Example\n");
  await until(csv, is("Ada Example"));
  await folder.write("a.csv", "phone,name\n+441632960001,Somebody\n");
  for (let look = 0; look < 3; look++) await until(csv, is("Ada Example"));
  await Deno.remove(file);
  for (let look = 0; look < 3; look++) await until(csv, is("Ada Example"));
});

Deno.test("a file that could not be read is read later, also if it has not changed: it was locked", async () => {
  await using folder = await Folder.make();
  const file = folder.at("a.csv");
  // Nobody can read a folder, either; and what takes its place looks the same from outside.
  await Deno.mkdir(file);
  const { mtime, size } = await Deno.stat(file);
  assert(mtime);
  await using log = await LogRecorder.start();
  using csv = open(file);
  await assert.rejects(csv.check(), /the file cannot be read: EISDIR/);
  await until(csv, () => Promise.resolve(log.lines.length > 0));
  for (let look = 0; look < 3; look++) await until(csv, () => Promise.resolve(true));
  assert.equal(log.lines.length, 1, "said once");
  await Deno.remove(file);
  const row = "number,name\n+441632960001,Ada\n";
  await folder.write("b.csv", row.padEnd(size, "\n"));
  await Deno.utime(folder.at("b.csv"), mtime, mtime);
  await Deno.rename(folder.at("b.csv"), file);
  await until(csv, async () => (await csv.find("+441632960001").catch(() => [])).length > 0);
});

Deno.test("errors in a file are reported without its content", async () => {
  await using folder = await Folder.make();
  using noColumn = open(await folder.write("a.csv", "phone,name\n1,Ada\n"));
  await assert.rejects(noColumn.check(), { message: "the file has no column number" });
  using noCsv = open(await folder.write("b.csv", 'number,name\n"+441632960001,Ada\n'));
  await assert.rejects(noCsv.check(), /^SourceError: the file is not CSV: CSV_QUOTE_NOT_CLOSED$/);
});

Deno.test("a file of 100,000 rows is read in pieces, between which others have their turn", async () => {
  await using folder = await Folder.make();
  const rows = Array.from(
    { length: 100_000 },
    (_, index) => `+4416${String(index).padStart(8, "0")},Person ${index},Example ${index % 1000}`,
  );
  const file = await folder.write("a.csv", `number,name,company\n${rows.join("\n")}\n`);
  using csv = open(file);
  let turns = 0;
  let isRead = false;
  const reading = csv.check().finally(() => isRead = true);
  while (!isRead) {
    await socketTurn();
    turns++;
  }
  assert.equal(await reading, "100000 rows with 100000 numbers");
  assert(turns > 50, `${turns} turns`);
  assert.equal((await csv.find("+441600099999"))[0]?.name, "Person 99999");
});
