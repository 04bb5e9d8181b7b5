/** An identity: a client's name and rights. Pure. */
import type { Right } from "../../model/right.ts";
import { matchesAny } from "../../patterns.ts";
import type { Grant } from "../../settings/access_rules.ts";

/** The name of the identity without a token. */
export const ANONYMOUS = "anonymous";

export interface Identity extends Grant {
  /** As the settings name it; {@linkcode ANONYMOUS} without a token. */
  readonly name: string;
  /** When it loses its rights: milliseconds since 1970, UTC; never when left out. */
  readonly expiresAtMs?: number | undefined;
}

/** Whether the client has to authenticate before it may do anything. */
export function isUnauthenticated({ can }: Identity): boolean {
  return can.length === 0;
}

export function permits(identity: Identity, right: Right, line: string): boolean {
  return identity.can.includes(right) && matchesAny(identity.lines, line);
}

/** Whether the identity has the right on every line, also on those not found yet. */
export function permitsEverywhere({ can, lines }: Identity, right: Right): boolean {
  return can.includes(right) && lines.includes("*");
}
