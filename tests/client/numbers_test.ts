/** Numbers in pages: what is shown, what is the same, what the server says of one. */
import assert from "node:assert/strict";
import { formatNumber, sameNumber } from "../../src/client/client.js";
import type { Party } from "../../src/client/client.d.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import { shown } from "../support/events.ts";
import { rulesFor } from "../support/server.ts";
import { settingsWith } from "../support/settings.ts";
import { ClientRig } from "./rig.ts";

const ADA: Party = { ...shown("01632960001"), e164: "+441632960001", national: "01632 960001" };

Deno.test("the number to show is the one that people write, else the driver's", () => {
  assert.equal(formatNumber(ADA), "01632 960001");
  assert.equal(formatNumber(shown("201")), "201");
  assert.equal(formatNumber(shown("")), "");
});

Deno.test("a number is the same however it is written; others are not", () => {
  const spellings = [
    "+441632960001",
    "+44 (0)1632 960 001",
    "0044 1632 960001",
    "01632/960-001",
    "tel:+44-1632-960001;ext=5",
    "tel:+44%201632%20960001",
    ADA,
  ];
  for (const a of spellings) for (const b of spellings) assert(sameNumber(a, b), `${a} ${b}`);
  for (
    const [a, b] of [
      ["+441632960001", "+451632960001"],
      ["+441632960001", "+441632960002"],
      ["960001", "+441632960001"],
      ["201", "1201"],
      ["", ""],
      ["", "201"],
      ["100%", "+44"],
    ] as const
  ) assert(!sameNumber(a, b), `${a} ${b}`);
  assert(sameNumber("201", shown("201")));
});

Deno.test("the server says what becomes of a number, why, and whether it may be dialled", async () => {
  const numbers = await loadNumbers(
    settingsWith('[numbers]\ncountry = "GB"\noutsidePrefix = "9"').numbers,
  );
  const identity = { can: ["monitor", "control"], lines: ["*"], dial: { deny: ["909*"] } } as const;
  await using rig = new ClientRig({ server: { numbers, rules: rulesFor(identity) } });
  const client = await rig.open();
  const { steps, ...rest } = await client.number("+44 (0)1632 960001");
  assert.deepEqual(rest, {
    text: "+44 (0)1632 960001",
    e164: "+441632960001",
    national: "01632 960001",
    dials: "901632960001",
    allowed: true,
  });
  assert(steps.length >= 2);
  assert.equal((await client.number("0909 8790000")).allowed, false);
  assert.equal((await client.number("01632960001", "caller")).allowed, undefined);
  assert.match((await client.number("call me")).problem ?? "", /letters/);
  await assert.rejects(client.number(""), { code: "bad_request" });
});
