/**
 * O: REINIT is asked for, and no failure: a driver that asks several times in a row, as some do while
 * they are set up, must not make the program deaf. Waiting longer each time is for what fails.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, lineError } from "./rig.ts";

/** The driver asks for REINIT as TAPI has it: about no line. */
function asksForReinit(field: Field): void {
  field.standin.post(8, 0, 0x40000);
}

async function allOpen(field: Field, initialised: number): Promise<void> {
  await field.called("lineInitializeExW", initialised);
  await field.becomes(
    async () => (await field.lines()).map(({ line, status }) => `${line} ${status}`).sort(),
    ["201 open", "202 open"],
  );
}

/** For pauses that add up to a minute. */
const FAST = { speed: 40 } as const;

/** How long the program hears nothing at the most, by its clock. */
const MOST_DEAF_MS = 3000;

/** How long the service was away each time, by the clock of the events. */
function pausesMs(field: Field): number[] {
  const events = field.v2.events.filter(({ type }) => type === "provider");
  const away = events.filter(({ state }) => state === "restarting").map(({ at }) => Date.parse(at));
  const back = events.filter(({ state }) => state === "up").map(({ at }) => Date.parse(at));
  return away.map((fromMs, i) => (back[i] ?? Infinity) - fromMs);
}

fieldTest(
  "four REINITs in a row leave the program deaf for a moment each",
  { speed: 5 },
  async (field) => {
    for (let time = 1; time <= 4; time++) {
      asksForReinit(field);
      await allOpen(field, 1 + time);
    }
    assert.equal(pausesMs(field).length, 4);
    assert(Math.max(...pausesMs(field)) < MOST_DEAF_MS, `${pausesMs(field)} ms`);
    await field.talk("a");
  },
);

fieldTest(
  "calls end with each REINIT, and those that are up are found again",
  { dies: true },
  async (field) => {
    await field.talk("a");
    asksForReinit(field);
    await field.none();
    await allOpen(field, 2);
    assert.equal((await field.journal()).length, 1);
    await field.talk("b");
  },
);

fieldTest("what fails is tried again with longer pauses", FAST, async (field) => {
  field.standin.fail("lineInitializeExW", lineError("REINIT"), 6);
  const fromMs = field.clock.nowMs();
  asksForReinit(field);
  await allOpen(field, 8);
  const tookMs = field.clock.nowMs() - fromMs;
  // 1 + 2 + 4 + 8 ... s, with some chance in it.
  assert(tookMs > 10_000, `${tookMs} ms`);
});

fieldTest("a REINIT after failures is a success that was asked for again", FAST, async (field) => {
  field.standin.fail("lineInitializeExW", lineError("REINIT"), 4);
  asksForReinit(field);
  await allOpen(field, 6);
  asksForReinit(field);
  await allOpen(field, 7);
  const pauseMs = pausesMs(field).at(-1) ?? Infinity;
  // Far less than the failures before have led to, with room for a machine that is busy.
  assert(pauseMs < 10_000, `${pauseMs} ms`);
});

fieldTest(
  "a service that is lost again and again is no REINIT: the pauses grow",
  FAST,
  async (field) => {
    for (let time = 1; time <= 4; time++) {
      // The next probe finds out.
      field.standin.fail("lineNegotiateAPIVersion", lineError("UNINITIALIZED"), 1);
      await allOpen(field, 1 + time);
    }
    const [first = 0, , , last = 0] = pausesMs(field);
    assert(last > 2 * first, `${pausesMs(field)} ms`);
  },
);
