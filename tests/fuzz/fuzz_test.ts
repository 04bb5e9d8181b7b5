/** A short fuzz run with seeds that stay the same, and that its checks can fail. */
import assert from "node:assert/strict";
import { Ledger } from "./ledger.ts";
import { fuzz } from "./run.ts";

const ITERATIONS = 20_000;
const SEED = 1;

Deno.test(`${ITERATIONS} random structs and messages: no exception, no leak, no rule broken`, async () => {
  const figures = await fuzz({ iterations: ITERATIONS, seed: SEED });
  assert(figures.structsInSequences > ITERATIONS / 4);
  assert(figures.calls > ITERATIONS / 50);
  const neverPlayed = [...figures.habits].flatMap(([habit, times]) => times === 0 ? habit : []);
  assert.deepEqual(neverPlayed, []);
});

const LINE = {
  handle: 1,
  app: 9,
  deviceId: 0,
  instance: 1,
  valid: true,
  removed: false,
  counted: 0,
  end: "no",
} as const;

/** The problems of a life in which a call's handle, 2, was given on line 1. */
function problemsOf(life: (ledger: Ledger) => void): string[] {
  const problems: string[] = [];
  const ledger = new Ledger(problems);
  const line = { ...LINE };
  ledger.addLine(line);
  ledger.give(2, line);
  life(ledger);
  return problems;
}

for (
  const [what, life, problem] of [
    [
      "a handle given back twice",
      (ledger) => (ledger.free("free", 2), ledger.free("free", 2)),
      /given back/,
    ],
    ["a handle that was never given", (ledger) => ledger.free("free", 3), /never given/],
    [
      "a call's handle behind its line's end",
      (ledger) => (ledger.shutDown(9), ledger.useCall("use", 2)),
      /died with its line/,
    ],
    [
      "a line behind its end",
      (ledger) => (ledger.shutDown(9), ledger.useLine("use", 1)),
      /dead/,
    ],
    [
      "an application behind its end",
      (ledger) => (ledger.shutDown(9), ledger.useApp("use", 9)),
      /shut down/,
    ],
  ] as [string, (ledger: Ledger) => void, RegExp][]
) {
  Deno.test(`${what} is noticed`, () => assert.match(problemsOf(life).join(), problem));
}

Deno.test("a handle that is given back once is no problem", () => {
  assert.deepEqual(problemsOf((ledger) => ledger.free("free", 2)), []);
});
