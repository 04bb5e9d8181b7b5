/** Simulated calls on the fake exchange: for people who test what they build on this program. */
import type { DirectoryEntry } from "./directory.ts";
import type { CommandError } from "./error.ts";

/** The drivers that the fake exchange can pretend to be: TAPI's own members, or a vendor's. */
export const FAKE_DRIVERS = ["tapi", "avaya_ip_office"] as const;
export type FakeDriver = typeof FAKE_DRIVERS[number];

/** Somebody outside calls an extension. */
export interface SimulatedCall {
  /** The extension that rings. */
  readonly to: string;
  /** The caller's number; one that is kept free for fiction when left out. */
  readonly from?: string | undefined;
  readonly name?: string | undefined;
  /** The number is withheld. */
  readonly hidden?: boolean | undefined;
  /** The number comes a second after the first ring. */
  readonly lateCallerId?: boolean | undefined;
  /** A colleague answers, so many milliseconds after the first ring; nobody when left out. */
  readonly answerAfterMs?: number | undefined;
  /** The caller hangs up, so many milliseconds after the first ring; 60,000 when left out. */
  readonly hangUpAfterMs?: number | undefined;
}

/** Calls that a tester may play by name. */
export interface SimulatedScenario {
  readonly name: string;
  /** A sentence that describes what happens. */
  readonly description: string;
  readonly durationMs: number;
}

/** An answer of the simulated directory. */
export interface SimulatedAnswer {
  readonly entries: readonly Omit<DirectoryEntry, "source">[];
  /** How long it takes. */
  readonly lateMs: number;
}

export type SimulationResult =
  | {
    readonly ok: true;
    /** The ringing call: `callId` as in {@linkcode Call}. */
    readonly call: { readonly line: string; readonly callId: string };
  }
  | { readonly ok: false; readonly error: CommandError };
