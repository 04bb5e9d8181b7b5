/** A whole fuzz run: random structs, then random lives of the program, until there were enough. */
import { Random } from "../../src/fake/random.ts";
import { type HabitName, HABITS } from "./habits.ts";
import { FuzzFailure, runSequence } from "./sequence.ts";
import { decodeAnyStruct } from "./structs.ts";
import { Troubles } from "./troubles.ts";

export interface FuzzOptions {
  /** So many structs are decoded alone, and so many messages are handled at least. */
  readonly iterations: number;
  /** The first sequence's; the next ones count up. */
  readonly seed: number;
}

export interface FuzzFigures {
  readonly structsAlone: number;
  readonly structsInSequences: number;
  readonly messages: number;
  readonly calls: number;
  readonly sequences: number;
  /** How often each habit of a driver was played. */
  readonly habits: ReadonlyMap<HabitName, number>;
}

/** @throws FuzzFailure at the first thing that does not hold. */
export async function fuzz({ iterations, seed }: FuzzOptions): Promise<FuzzFigures> {
  const random = new Random(seed);
  for (let at = 1; at <= iterations; at++) {
    const problem = decodeAnyStruct(random);
    if (problem !== undefined) throw new FuzzFailure(seed, `struct ${at}`, [problem]);
  }
  const figures = { structsAlone: iterations, structsInSequences: 0, messages: 0, calls: 0 };
  const habits = new Map(HABITS.map((habit) => [habit, 0]));
  let sequences = 0;
  await using troubles = await Troubles.listen();
  for (; figures.messages < iterations; sequences++) {
    const { structs, messages, calls, habits: played } = await runSequence(
      seed + sequences,
      troubles,
    );
    figures.structsInSequences += structs;
    figures.messages += messages;
    figures.calls += calls;
    for (const [habit, times] of played) habits.set(habit, (habits.get(habit) ?? 0) + times);
  }
  return { ...figures, sequences, habits };
}
