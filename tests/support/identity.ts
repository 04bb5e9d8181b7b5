/** The identity of everyone, as the program has it without any settings, and where a client comes from. */
import type { Identity } from "../../src/server/access/identity.ts";
import type { Provenance } from "../../src/server/access/origins.ts";
import { Strangers } from "../../src/server/access/strangers.ts";
import { ManualClock } from "./clock.ts";

export const ANYONE: Identity = { name: "anonymous", can: ["monitor", "control"], lines: ["*"] };

/** Of a program on this machine. */
export const PROVENANCE: Provenance = { url: "http://127.0.0.1/", host: "127.0.0.1", origin: null };

export function strangers(): Strangers {
  return new Strangers(new ManualClock(), new AbortController().signal);
}
