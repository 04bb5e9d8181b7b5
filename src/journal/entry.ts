/** The journal's entry of a finished call, and the result that it derives. Pure. */
import { type Call, partiesOf, type Party, PARTY_ROLES } from "../model/call.ts";
import type { CallEvent } from "../model/event.ts";
import type { CallResult, JournalEntry } from "../model/journal.ts";

/** An entry without a number, which the file gives it. */
export type NewEntry = Omit<JournalEntry, "id">;

/** The entry of a call that has ended. */
export function entryOf({ call, atMs, lost = false }: CallEvent): NewEntry {
  const { connectedAtMs, disconnect, disconnects, group } = call;
  return {
    call: call.id,
    line: call.line,
    permanentId: call.permanentId,
    direction: call.direction,
    result: resultOf(call, lost),
    ...partiesOf((role) => kept(call[role])),
    startedAtMs: call.startedAtMs,
    ...connectedAtMs !== undefined && { answeredAtMs: connectedAtMs },
    endedAtMs: call.endedAtMs ?? atMs,
    callId: call.callId,
    relatedCallId: call.relatedCallId,
    origin: call.origin,
    reason: call.reason,
    ...group !== undefined && { group },
    ...disconnect !== undefined && { disconnect },
    ...disconnects !== undefined && { disconnects },
  };
}

/** The result of a call that was never connected, by its LINEDISCONNECTMODE_. */
const RESULTS: ReadonlyMap<string, CallResult> = new Map(
  Object.entries(
    {
      refused: ["REJECT", "BLOCKED", "DONOTDISTURB"],
      elsewhere: ["PICKUP", "FORWARDED"],
      busy: ["BUSY"],
      failed: [
        ...["BADADDRESS", "UNREACHABLE", "CONGESTION", "INCOMPATIBLE", "NODIALTONE"],
        ...["NUMBERCHANGED", "OUTOFORDER", "TEMPFAILURE", "QOSUNAVAIL", "DESTINATIONBARRED"],
        "FDNRESTRICT",
      ],
    } satisfies Partial<Record<CallResult, readonly string[]>>,
  ).flatMap(([result, modes]) => modes.map((mode) => [mode, result as CallResult])),
);

/** With NORMAL, NOANSWER, CANCELLED, UNKNOWN, UNAVAIL or nothing, it rang and nobody answered. */
function resultOf(
  { direction, connectedAtMs, disconnect, unanswered }: Call,
  lost: boolean,
): CallResult {
  if (connectedAtMs !== undefined) return "answered";
  if (lost) return "lost";
  const reported = disconnect === undefined ? undefined : RESULTS.get(disconnect);
  return reported ?? unanswered ?? (direction === "in" ? "missed" : "unanswered");
}

/** A party without what the network withholds, whatever the driver reports. */
function kept({ number, name, presentation, directory }: Party): Party {
  const isShown = presentation === "shown";
  return {
    number: isShown ? number : "",
    name: presentation === "withheld" ? "" : name,
    presentation,
    ...isShown && directory !== undefined && { directory },
  };
}

/** The digits of a number, for searching: `+44 1632/960-001` -> `441632960001`. */
export function digitsOf(number: string): string {
  return number.replaceAll(/\D/g, "");
}

/** The digits of the parties' numbers, each once. */
export function digitsOfParties(entry: NewEntry): string[] {
  const all = PARTY_ROLES.map((role) => digitsOf(entry[role].number));
  return [...new Set(all)].filter((digits) => digits !== "");
}
