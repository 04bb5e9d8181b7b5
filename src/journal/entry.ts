/** What the journal keeps of a finished call, and what it takes for the call's result. Pure. */
import type { Call, Party } from "../model/call.ts";
import type { CallEvent } from "../model/event.ts";
import type { CallResult, JournalEntry } from "../model/journal.ts";

/** An entry that the file has given no number yet. */
export type NewEntry = Omit<JournalEntry, "id">;

/** The entry of a call that has ended. */
export function entryOf({ call, atMs, lost = false }: CallEvent): NewEntry {
  const { connectedAtMs, disconnect } = call;
  return {
    call: call.id,
    line: call.line,
    direction: call.direction,
    result: resultOf(call, lost),
    caller: kept(call.caller),
    called: kept(call.called),
    connected: kept(call.connected),
    redirecting: kept(call.redirecting),
    redirection: kept(call.redirection),
    startedAtMs: call.startedAtMs,
    ...connectedAtMs !== undefined && { answeredAtMs: connectedAtMs },
    endedAtMs: call.endedAtMs ?? atMs,
    callId: call.callId,
    relatedCallId: call.relatedCallId,
    origin: call.origin,
    reason: call.reason,
    ...disconnect !== undefined && { disconnect },
  };
}

/** What a provider tells of a call that was never connected. */
const RESULTS: Readonly<Record<string, CallResult>> = {
  REJECT: "refused",
  BLOCKED: "refused",
  DONOTDISTURB: "refused",
  PICKUP: "elsewhere",
  FORWARDED: "elsewhere",
  BUSY: "busy",
  BADADDRESS: "failed",
  UNREACHABLE: "failed",
  CONGESTION: "failed",
  INCOMPATIBLE: "failed",
  NODIALTONE: "failed",
  NUMBERCHANGED: "failed",
  OUTOFORDER: "failed",
  TEMPFAILURE: "failed",
  QOSUNAVAIL: "failed",
  DESTINATIONBARRED: "failed",
  FDNRESTRICT: "failed",
};

/** NORMAL, NOANSWER, CANCELLED, UNKNOWN, UNAVAIL and nothing at all: it rang and nobody took it. */
function resultOf(
  { direction, connectedAtMs, disconnect }: Call,
  lost: boolean,
): CallResult {
  if (connectedAtMs !== undefined) return "answered";
  if (lost) return "lost";
  const told = disconnect !== undefined && Object.hasOwn(RESULTS, disconnect)
    ? RESULTS[disconnect]
    : undefined;
  return told ?? (direction === "in" ? "missed" : "unanswered");
}

/** A party without what the network withholds, whatever the provider put there. */
function kept({ number, name, presentation }: Party): Party {
  return {
    number: presentation === "shown" ? number : "",
    name: presentation === "withheld" ? "" : name,
    presentation,
  };
}

/** A number's digits, by which it is looked for: `+44 1632/960-001` -> `441632960001`. */
export function digitsOf(number: string): string {
  return number.replaceAll(/\D/g, "");
}

/** The digits of the parties' numbers, each once. */
export function digitsOfParties(entry: NewEntry): string[] {
  const { caller, called, connected, redirecting, redirection } = entry;
  const all = [caller, called, connected, redirecting, redirection];
  return [...new Set(all.map(({ number }) => digitsOf(number)))].filter((digits) => digits !== "");
}
