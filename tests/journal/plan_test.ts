/** That an index leads to the entries of every query: nothing is sorted, and no table is gone through. */
import assert from "node:assert/strict";
import type { JournalFilter } from "../../src/model/journal.ts";
import { CHAIN_SQL } from "../../src/journal/chain.ts";
import { openFile } from "../../src/journal/file.ts";
import { NUMBER_SQL, planOf, selection } from "../../src/journal/pages.ts";
import { COLUMNS } from "../../src/journal/rows.ts";
import { OLD_SQL, Store } from "../../src/journal/store.ts";
import { manyEntries } from "../support/journal.ts";

const FIRST = { endedAtMs: Infinity, id: 0 };
const LAST = { endedAtMs: 0, id: 0 };

Deno.test("SQLite's own plan of every query uses the intended index", () => {
  using db = openFile(":memory:");
  const store = new Store(db);
  store.add([...manyEntries(5000, 200, 0)]);
  const queries: readonly [JournalFilter, string, number][] = [
    [{}, "SEARCH entry USING INDEX entry_by_end (ended_at>? AND ended_at<?)", 1],
    [{ direction: "in" }, "SEARCH entry USING INDEX entry_by_end (ended_at>? AND ended_at<?)", 1],
    [{ missed: true }, "SEARCH entry USING INDEX missed_by_end (ended_at>? AND ended_at<?)", 1],
    [
      { lines: ["1001", "1002"] },
      "SEARCH entry USING INDEX entry_by_line (line=? AND ended_at>? AND ended_at<?)",
      2,
    ],
    [
      { lines: ["1001"], missed: true, direction: "in" },
      "SEARCH entry USING INDEX missed_by_line (line=? AND ended_at>? AND ended_at<?)",
      1,
    ],
    [
      { visible: [["*0", "*2", "*4", "*6", "*8"]] },
      "SEARCH entry USING INDEX entry_by_end (ended_at>? AND ended_at<?)",
      1,
    ],
    [
      { number: "4416329600", lines: ["1001"] },
      "SEARCH entry USING INTEGER PRIMARY KEY (rowid=?)",
      1,
    ],
    [{ number: "4" }, "SEARCH entry USING INDEX entry_by_end (ended_at>? AND ended_at<?)", 1],
  ];
  for (const [filter, expected, count] of queries) {
    const { sources, filters } = planOf(db, store, filter);
    assert.equal(sources.length, count, JSON.stringify(filter));
    for (const source of sources) {
      const { sql, values } = selection(COLUMNS, source, filters, FIRST, LAST);
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql} LIMIT 101`).all(...values)
        .map(({ detail }) => String(detail));
      assert(plan.includes(expected), `${JSON.stringify(filter)}: ${plan.join("; ")}`);
      const isSorted = plan.some((step) => step.includes("TEMP B-TREE"));
      // Only the few entries of one number are sorted.
      assert.equal(isSorted, filter.number !== undefined && filter.number.length > 1);
      assert(!plan.some((step) => step.startsWith("SCAN entry")), plan.join("; "));
    }
  }
});

Deno.test("a number, a chain and what is too old are found by their indexes", () => {
  using db = openFile(":memory:");
  const steps = (sql: string, ...values: (string | number)[]) =>
    db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values).map(({ detail }) => String(detail));
  assert.deepEqual(steps(NUMBER_SQL, ">4", ">5", 9), [
    "SEARCH number_part USING PRIMARY KEY (part>? AND part<?)",
  ]);
  assert.deepEqual(steps(OLD_SQL, 1, 9), [
    "SEARCH entry USING INDEX entry_by_end (ended_at<?)",
  ]);
  const chain = CHAIN_SQL.map((sql) => steps(sql, "0x1", 1, 2)[0]);
  assert.deepEqual(chain, [
    "SEARCH entry USING INDEX entry_by_call_id (call_id=? AND ended_at>?)",
    "SEARCH entry USING INDEX entry_by_related_call_id (related_call_id=? AND ended_at>?)",
  ]);
});
