/** Follows the events of a run, and finds those that must never be sent, whatever a driver does. */
import type { EventBus } from "../../src/bus/bus.ts";
import { type Call, PARTY_ROLES } from "../../src/model/call.ts";
import type { CallId } from "../../src/model/call_id.ts";
import type { BusEvent } from "../../src/model/event.ts";
import { ENDED_STATES } from "../../src/tapi/call_states.ts";
import { GARBLED_NUMBERS, PLACEHOLDERS, WITHHELD_NUMBER } from "./habits.ts";
import type { Ledger } from "./ledger.ts";

/** Texts that are no numbers. */
const NO_NUMBERS: ReadonlySet<string> = new Set([
  ...PLACEHOLDERS.withheld,
  ...PLACEHOLDERS.unavailable,
  ...GARBLED_NUMBERS,
]);

/** A call as the session has it. */
export interface HeldCall {
  readonly handle: number;
  /** LINECALLSTATE_. */
  readonly state: number;
}

export class Witness {
  readonly #ledger: Ledger;
  readonly #heldCall: (id: CallId) => HeldCall | undefined;
  readonly #problems: string[];
  /** The live calls as last reported. */
  readonly #last = new Map<CallId, Call>();

  constructor(
    bus: EventBus,
    { ledger, heldCall, problems }: {
      readonly ledger: Ledger;
      readonly heldCall: (id: CallId) => HeldCall | undefined;
      readonly problems: string[];
    },
  ) {
    this.#ledger = ledger;
    this.#heldCall = heldCall;
    this.#problems = problems;
    bus.subscribe((event) => this.#hear(event));
  }

  #hear(event: BusEvent): void {
    if (event.type !== "call") return;
    const { call } = event;
    const before = this.#last.get(call.id);
    if (event.change === "ended") this.#last.delete(call.id);
    else this.#last.set(call.id, call);
    const problem = problemOfNumbers(call) ?? this.#problemOfKey(call, before) ??
      (before === undefined
        ? undefined
        : problemOfSilence(call, before) ?? this.#problemOfState(call, before));
    if (problem !== undefined) this.#problems.push(`call ${call.id}: ${problem}`);
  }

  /** Classic clients know a call by its line and its key. */
  #problemOfKey({ id, line, classicId }: Call, before: Call | undefined): string | undefined {
    if (before !== undefined) {
      const isSame = before.classicId === classicId && before.line === line;
      return isSame ? undefined : `was ${before.line} ${before.classicId} in classic`;
    }
    const other = this.#last.values().find((live) =>
      live.id !== id && live.line === line && live.classicId === classicId
    );
    return other === undefined ? undefined : `has the classic key of call ${other.id}`;
  }

  /** After the first state, only a message brings one in which the call is live. */
  #problemOfState(call: Call, before: Call): string | undefined {
    if (call.state === before.state) return undefined;
    const held = this.#heldCall(call.id);
    if (held === undefined || (ENDED_STATES & held.state) === held.state) return undefined;
    const isHeard = this.#ledger.hasHeard(held.handle, held.state);
    return isHeard ? undefined : `no message has brought ${call.state}`;
  }
}

function problemOfNumbers(call: Call): string | undefined {
  if (JSON.stringify(call).includes(WITHHELD_NUMBER)) return "the withheld number is told";
  const role = PARTY_ROLES.find((role) => NO_NUMBERS.has(call[role].number.toLowerCase()));
  return role === undefined ? undefined : `the ${role} has the number ${call[role].number}`;
}

/** A known number stays known until another one is reported or it is withheld. */
function problemOfSilence(call: Call, before: Call): string | undefined {
  const role = PARTY_ROLES.find((role) =>
    before[role].number !== "" && call[role].number === "" &&
    call[role].presentation !== "withheld"
  );
  return role === undefined ? undefined : `the ${role} is forgotten`;
}
