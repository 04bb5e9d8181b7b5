/** The identity of everyone, as the program has it without any settings. */
import type { Identity } from "../../src/server/access/identity.ts";

export const ANYONE: Identity = { name: "anonymous", can: ["monitor", "control"], lines: ["*"] };
