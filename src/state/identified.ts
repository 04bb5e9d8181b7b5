/** Adds to the parties of a call what their numbers are. Pure. */
import type { NumberPort } from "../bus/ports.ts";
import { type Call, type Parties, type Party, PARTY_ROLES } from "../model/call.ts";
import type { NumberFacts } from "../model/number.ts";

/**
 * The call, each of whose parties has the facts of its number; the same object if nothing changes.
 *
 * @param known The call before, whose parties have theirs.
 */
export function identified(
  call: Call,
  known: Call | undefined,
  numbers: Pick<NumberPort, "factsOf">,
): Call {
  // The meaning of a number can depend on the direction of the call.
  const before: Partial<Parties> = known?.direction === call.direction ? known : {};
  let changed: { -readonly [K in keyof Parties]?: Party } | undefined;
  for (const role of PARTY_ROLES) {
    const party = call[role];
    if (party === before[role]) continue;
    const facts = party.number === "" ? {} : numbers.factsOf(party.number, role, call.direction);
    if (!hasFacts(party, facts)) (changed ??= {})[role] = withFacts(party, facts);
  }
  return changed === undefined ? call : { ...call, ...changed };
}

function hasFacts(party: Party, { e164, national, internal }: NumberFacts): boolean {
  return party.e164 === e164 && party.national === national && party.internal === internal;
}

function withFacts(party: Party, facts: NumberFacts): Party {
  const { e164: _, national: __, internal: ___, ...rest } = party;
  return { ...rest, ...facts };
}
