/** Who a client is, and what that permits: the one place where it is decided. Pure. */
import { matchesAny } from "../../patterns.ts";
import type { DialRules } from "../../settings/access_rules.ts";

/** `monitor`: hear events and read the state. `control`: give commands. */
export type Right = "monitor" | "control";

export interface Identity {
  /** As the configuration names it; `anonymous` where the client brought nothing. */
  readonly name: string;
  readonly can: readonly Right[];
  /** Patterns of the extensions that it may hear and control. */
  readonly lines: readonly string[];
  /** Which numbers it may dial; every one when left out. */
  readonly dial?: DialRules;
  /** Milliseconds since 1970, UTC, from which on it is nobody; never when left out. */
  readonly expiresAtMs?: number;
}

/** Without any configuration everyone on the intranet may do everything, as classic has it. */
export const ANYONE: Identity = { name: "anonymous", can: ["monitor", "control"], lines: ["*"] };

/** Whether nobody is known to be there: whoever it is has to say so first. */
export function isNobody({ can }: Identity): boolean {
  return can.length === 0;
}

/** Whether the identity may do this with the line. */
export function permits(identity: Identity, right: Right, line: string): boolean {
  return identity.can.includes(right) && matchesAny(identity.lines, line);
}

/** Whether the identity may hear every line there is: then events need not be asked about. */
export function hearsEverything({ can, lines }: Identity): boolean {
  return can.includes("monitor") && lines.includes("*");
}

/** Knows who brings a token. */
export interface Authenticator {
  /** `undefined` where the token is not known, or not valid any more. */
  identify(token: string): Identity | undefined | Promise<Identity | undefined>;
}
