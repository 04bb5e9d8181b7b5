/**
 * The device-specific block of LINEDEVSTATUS of Avaya IP Office, member by member.
 *
 * The first 15 bytes after the extension are documented. The order of what follows was seen in use, and
 * of the 12 bytes before the user's extension only some are known. All numbers are bytes.
 *
 * @see https://documentation.avaya.com "IP Office TAPI Link", TAPI 2 reference: lineGetLineDevStatus
 */
import type { ForwardCase } from "../../model/forward.ts";
import { ByteReader } from "./byte_reader.ts";

const MORE_BYTES = 12;

/** The block's members, in their order; `undefined` from the block's end on. */
export interface Block {
  readonly extension: string | undefined;
  readonly forwards: Readonly<Record<ForwardCase, boolean | undefined>>;
  readonly forwardsGroupCalls: boolean | undefined;
  readonly doNotDisturb: boolean | undefined;
  readonly outgoingCallsBarred: boolean | undefined;
  readonly callWaiting: boolean | undefined;
  readonly voicemailOn: boolean | undefined;
  readonly voicemailRingback: boolean | undefined;
  readonly readMessages: number | undefined;
  readonly unreadMessages: number | undefined;
  /** For calls from outside, from inside, and for ring-back. */
  readonly ringTones: readonly (number | undefined)[];
  /** The 12 bytes before the user's extension. */
  readonly more: Uint8Array;
  readonly user: string | undefined;
  readonly locale: string | undefined;
  readonly forwardNumber: string | undefined;
  readonly followMeNumber: string | undefined;
  readonly absenceText: string | undefined;
  readonly doNotDisturbExceptions: readonly string[] | undefined;
  /** For busy and unanswered calls, instead of {@linkcode forwardNumber}. */
  readonly busyNumber: string | undefined;
  readonly priority: number | undefined;
  readonly groups: number | undefined;
  readonly groupsOutsideHours: number | undefined;
  readonly groupsDisabled: number | undefined;
  readonly groupsOutOfService: number | undefined;
  readonly groupsOnNightService: number | undefined;
}

/** Reads any bytes, as far as they go. */
export function decodeBlock(bytes: Uint8Array): Block {
  const reader = new ByteReader(bytes);
  return {
    extension: reader.text(),
    forwards: { busy: reader.flag(), no_answer: reader.flag(), always: reader.flag() },
    forwardsGroupCalls: reader.flag(),
    doNotDisturb: reader.flag(),
    outgoingCallsBarred: reader.flag(),
    callWaiting: reader.flag(),
    voicemailOn: reader.flag(),
    voicemailRingback: reader.flag(),
    readMessages: reader.byte(),
    unreadMessages: reader.byte(),
    ringTones: [reader.byte(), reader.byte(), reader.byte()],
    more: reader.take(MORE_BYTES),
    user: reader.text(),
    locale: reader.text(),
    forwardNumber: reader.text(),
    followMeNumber: reader.text(),
    absenceText: reader.text(),
    doNotDisturbExceptions: textsOf(reader),
    busyNumber: reader.text(),
    priority: reader.byte(),
    groups: reader.byte(),
    groupsOutsideHours: reader.byte(),
    groupsDisabled: reader.byte(),
    groupsOutOfService: reader.byte(),
    groupsOnNightService: reader.byte(),
  };
}

/** Texts up to an empty one; `undefined` if the bytes end before it. */
function textsOf(reader: ByteReader): string[] | undefined {
  const texts: string[] = [];
  for (;;) {
    const text = reader.text();
    if (text === undefined) return undefined;
    if (text === "") return texts;
    texts.push(text);
  }
}
