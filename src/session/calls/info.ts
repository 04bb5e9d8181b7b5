/** LINECALLINFO in words: the parties that may be shown, origin, reason, and the direction. Pure. */
import {
  type CallDetails,
  type CallInfo,
  type Direction,
  type Party,
  type PartyRole,
  WITHHELD,
} from "../../model/call.ts";
import type { RawCallInfo } from "../../tapi/call_info.ts";
import { has, LINECALLORIGIN, LINECALLPARTYID } from "../../tapi/constants.ts";
import { decodeAnyText } from "../../tapi/text.ts";
import { hex, originName, reasonName } from "./bit_names.ts";

/** dwTrunk of a call that is on no trunk, or on one that is not known. */
const UNKNOWN_TRUNK = 0xffffffff;

/** A call by one LINECALLINFO. */
export interface CallReading extends CallInfo, CallDetails {
  /** The direction that dwOrigin suggests: evidence, which other evidence outweighs. */
  readonly direction: Direction;
}

/** Texts, in lower case, that networks send in place of a number. */
export interface Placeholders {
  /** The caller withholds the number. */
  readonly withheld: ReadonlySet<string>;
  /** The number is not known. */
  readonly unavailable: ReadonlySet<string>;
}

/** Flags, number and name of a party, as the driver writes them. */
type RawParty = readonly [flags: number, number: string, name: string];

/** The facts on which the meaning of a number depends. */
interface Numbers {
  readonly placeholders: Placeholders;
  /** Whether an extension is a hunt group's: by the settings, or by its own line. */
  readonly isGroup: (extension: string) => boolean;
  readonly devices: { isGroup(extension: string): boolean };
}

/** Puts words to a LINECALLINFO. @param line The extension of the call's line. */
export function readCallInfo(
  info: RawCallInfo,
  { placeholders, isGroup, devices }: Numbers,
  line: string,
): CallReading {
  const raw: Readonly<Record<PartyRole, RawParty>> = {
    caller: [info.dwCallerIDFlags, info.CallerID, info.CallerIDName],
    called: [info.dwCalledIDFlags, info.CalledID, info.CalledIDName],
    connected: [info.dwConnectedIDFlags, info.ConnectedID, info.ConnectedIDName],
    redirecting: [info.dwRedirectingIDFlags, info.RedirectingID, info.RedirectingIDName],
    redirection: [info.dwRedirectionIDFlags, info.RedirectionID, info.RedirectionIDName],
  };
  const secret = withheldNumbers(Object.values(raw));
  const party = (role: PartyRole) => {
    const [flags, number, name] = raw[role];
    return secret.has(number) ? WITHHELD : toParty(flags, number, name, placeholders);
  };
  const called = party("called");
  const isOthersGroup = called.number !== "" && called.number !== line &&
    (isGroup(called.number) || devices.isGroup(called.number));
  const data = decodeAnyText(info.CallData);
  return {
    callId: `0x${hex(info.dwCallID)}`,
    relatedCallId: `0x${hex(info.dwRelatedCallID)}`,
    origin: originName(info.dwOrigin),
    reason: reasonName(info.dwReason),
    direction: directionOf(info.dwOrigin),
    caller: party("caller"),
    called,
    connected: party("connected"),
    redirecting: party("redirecting"),
    redirection: party("redirection"),
    ...isOthersGroup && { group: called.number },
    // Drivers that do not know the trunk leave 0 there as well.
    ...info.dwTrunk !== 0 && info.dwTrunk !== UNKNOWN_TRUNK && { trunk: info.dwTrunk },
    ...data !== "" && { data },
  };
}

function directionOf(origin: number): Direction {
  const { OUTBOUND, INTERNAL, EXTERNAL, INBOUND } = LINECALLORIGIN;
  if (has(origin, OUTBOUND)) return "out";
  return (origin & (INTERNAL | EXTERNAL | INBOUND)) !== 0 ? "in" : "unknown";
}

const NONE: ReadonlySet<string> = new Set();

/** Numbers that a driver supplies although they are withheld: they are not shown as another party's. */
function withheldNumbers(parties: readonly RawParty[]): ReadonlySet<string> {
  const { BLOCKED } = LINECALLPARTYID;
  // Rarely set, and this runs for every message.
  if (!parties.some(([flags]) => has(flags, BLOCKED))) return NONE;
  return new Set(
    parties.flatMap(([flags, number]) => has(flags, BLOCKED) && number !== "" ? number : []),
  );
}

/**
 * Decides what may be shown. BLOCKED wins over everything: some drivers supply the number that the
 * caller withheld. Apart from that a number that is there is shown, whatever the flags say, because
 * drivers forget ADDRESS.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/linecallpartyid--constants
 */
function toParty(flags: number, number: string, name: string, placeholders: Placeholders): Party {
  if (has(flags, LINECALLPARTYID.BLOCKED)) return WITHHELD;
  if (number !== "") {
    const text = number.toLowerCase();
    if (placeholders.withheld.has(text)) return WITHHELD;
    if (!placeholders.unavailable.has(text)) return { number, name, presentation: "shown" };
    return { number: "", name: "", presentation: "unavailable" };
  }
  const presentation = has(flags, LINECALLPARTYID.UNKNOWN) ? "pending" : "unavailable";
  return { number: "", name, presentation };
}
