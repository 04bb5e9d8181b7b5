/** The five parties of a call: what stays known of them, and what must not be shown. Pure. */
import {
  type CallInfo,
  NOBODY,
  type Parties,
  partiesOf,
  type Party,
  PARTY_ROLES,
  type PartyRole,
  WITHHELD,
} from "../model/call.ts";
import type { DirectoryMatch } from "../model/directory.ts";

export const NO_PARTIES: Parties = partiesOf(() => NOBODY);

/**
 * The parties after another report. The same object if nothing changes.
 *
 * @param line The extension of the call's line.
 * @param isOutbound Whether the line made the call.
 */
export function mergeParties(
  known: Parties,
  reported: CallInfo,
  line: string,
  isOutbound: boolean,
): Parties {
  const hides = PARTY_ROLES.some((role) => reported[role].presentation === "withheld");
  const merged = {
    caller: mergeParty(known.caller, reported.caller, hides),
    called: mergeParty(known.called, reported.called, hides),
    connected: mergeParty(known.connected, reported.connected, hides),
    redirecting: mergeParty(known.redirecting, reported.redirecting, hides),
    redirection: mergeParty(known.redirection, reported.redirection, hides),
  };
  if (PARTY_ROLES.some((role) => merged[role].presentation === "withheld")) {
    guard(known, merged, line, isOutbound);
  }
  return PARTY_ROLES.every((role) => merged[role] === known[role]) ? known : merged;
}

/** Takes out of `merged` what would show somebody who is withheld in another party's place. */
function guard(known: Parties, merged: Mutable<Parties>, line: string, isOutbound: boolean): void {
  /** Numbers that were shown until the network declared them withheld. */
  const secret = PARTY_ROLES.flatMap((role) =>
    merged[role].presentation === "withheld" && known[role].number !== "" ? known[role].number : []
  );
  for (const role of PARTY_ROLES) if (secret.includes(merged[role].number)) merged[role] = WITHHELD;
  if (!isOutbound && mayBeCaller(merged, line)) merged.connected = WITHHELD;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Whether the connected party may be the caller, who withholds the number: providers write either end
 * of an inbound call there, and not all of them flag it once more.
 */
function mayBeCaller({ caller, called, connected }: Parties, line: string): boolean {
  if (caller.presentation !== "withheld") return false;
  if (connected.number !== "") return ![called.number, line].includes(connected.number);
  // A name without a number gives the caller away as well.
  return connected.name !== "" && connected.name !== called.name;
}

/**
 * Number and name by themselves: what is silent leaves what is known, and another number does not get
 * the name of the one before. What the network withholds now is taken away, and stays so until something
 * is reported in its place.
 *
 * @param hides Whether anybody is withheld now: then what was taken out before stays so as well.
 */
function mergeParty(known: Party, reported: Party, hides: boolean): Party {
  if (reported.presentation === "withheld") return WITHHELD;
  if (known.presentation === "withheld") {
    return reported.presentation === "shown" && !hides ? reported : known;
  }
  const number = reported.number || known.number;
  const isSameNumber = known.number === "" || number === known.number;
  const name = reported.name || (isSameNumber ? known.name : "");
  const presentation = number === "" ? reported.presentation : "shown";
  const { directory } = known;
  const merged: Party = {
    number,
    name,
    presentation,
    ...isSameNumber && directory !== undefined && { directory },
  };
  return isSame(known, merged) ? known : merged;
}

/** The parties, with the directory's entry at each that has the number. The same object if none has it. */
export function partiesWith<T extends Parties>(
  parties: T,
  number: string,
  directory: DirectoryMatch,
): T {
  const has = (role: PartyRole) => {
    const { presentation, number: own, directory: known } = parties[role];
    return presentation === "shown" && own === number && known !== directory;
  };
  if (number === "" || !PARTY_ROLES.some(has)) return parties;
  const identified = partiesOf((role) =>
    has(role) ? { ...parties[role], directory } : parties[role]
  );
  return { ...parties, ...identified };
}

/** The parties, with what a directory has found for others in the meantime. */
export function withNamesOf<T extends Parties>(parties: T, others: Parties | undefined): T {
  let named = parties;
  for (const role of PARTY_ROLES) {
    const { number, directory } = others?.[role] ?? NOBODY;
    if (directory !== undefined) named = partiesWith(named, number, directory);
  }
  return named;
}

function isSame(a: Party, b: Party): boolean {
  return a === b || a.number === b.number && a.name === b.name &&
      a.presentation === b.presentation && a.directory === b.directory;
}
