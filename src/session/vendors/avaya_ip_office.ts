/** Avaya IP Office: what its block means, and the bytes that lineDevSpecific takes. */
import type { ForwardCase } from "../../model/forward.ts";
import type { LineIdentity, LineSettings, VendorDetails } from "../../model/line.ts";
import type { LineCommandName } from "../../model/command.ts";
import { unsupported } from "../commands/errors.ts";
import { type Block, decodeBlock } from "./avaya_block.ts";
import { ByteReader } from "./byte_reader.ts";
import type { LineCommand, Vendor, VendorReport } from "./vendor.ts";

const NAME = "avaya_ip_office";
/** LINEDEVCAPS' provider info, exactly. */
const PROVIDER = "Avaya";

/** The places at which some of the 12 bytes are believed to be. */
const NO_ANSWER_SECONDS = 0;
const ABSENCE_MESSAGE = 8;
const ABSENCE_SET = 9;

/** The absence messages by their numbers; a text of the user's own may follow each. */
const ABSENCE_MESSAGES = [
  "",
  "On vacation until",
  "Will be back",
  "At lunch until",
  "Meeting until",
  "Please call",
  "Don't disturb until",
  "With visitors until",
  "With customer till",
  "Back soon",
  "Back tomorrow",
  "",
] as const;

/** Without the members that are not known. */
type Known<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function known<T extends object>(members: T): Known<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Known<T>;
}

function read(bytes: Uint8Array): VendorReport {
  const block = decodeBlock(bytes);
  const { unreadMessages: unread, readMessages, voicemailOn, user } = block;
  const { groups: member, groupsDisabled: disabled } = block;
  const settings: LineSettings = known({
    doNotDisturb: block.doNotDisturb,
    voicemail: voicemailOn === undefined || unread === undefined || readMessages === undefined
      ? undefined
      : { on: voicemailOn, unread, read: readMessages },
    user: user === undefined ? undefined : user === "" ? null : { number: user },
    groups: member === undefined || disabled === undefined ? undefined : { member, disabled },
    absence: absenceOf(block),
    callWaiting: block.callWaiting,
    vendor: detailsOf(block),
  });
  return {
    settings,
    ...known({
      forwards: forwardsOf(block),
      messageWaiting: unread === undefined ? undefined : unread > 0,
    }),
  };
}

function forwardsOf(block: Block): VendorReport["forwards"] {
  const { forwards, forwardNumber, busyNumber } = block;
  if (forwardNumber === undefined || busyNumber === undefined) return undefined;
  const cases = Object.entries(forwards) as [ForwardCase, boolean | undefined][];
  return cases.flatMap(([when, isOn]) => {
    const to = numberFor(when, { forwardNumber, busyNumber });
    // Without a number, nothing is forwarded.
    return isOn && to !== "" ? { when, to } : [];
  });
}

/** The number that calls are forwarded to in this case. */
function numberFor(
  when: ForwardCase,
  { forwardNumber = "", busyNumber = "" }: Pick<Block, "forwardNumber" | "busyNumber">,
): string {
  return when === "always" ? forwardNumber : busyNumber || forwardNumber;
}

function absenceOf({ more, absenceText }: Block): string | null | undefined {
  const isSet = more[ABSENCE_SET];
  const message = ABSENCE_MESSAGES[more[ABSENCE_MESSAGE] ?? ABSENCE_MESSAGES.length];
  if (absenceText === undefined || message === undefined) return undefined;
  if (isSet === 0) return null;
  return isSet === 1 ? `${message} ${absenceText}`.trim() : undefined;
}

function detailsOf(block: Block): VendorDetails {
  const [ringToneOutside, ringToneInside, ringToneRingback] = block.ringTones;
  return {
    name: NAME,
    ...known({
      forwardsGroupCalls: block.forwardsGroupCalls,
      outgoingCallsBarred: block.outgoingCallsBarred,
      voicemailRingback: block.voicemailRingback,
      ringToneOutside,
      ringToneInside,
      ringToneRingback,
      noAnswerSeconds: block.more[NO_ANSWER_SECONDS],
      locale: block.locale,
      forwardNumber: block.forwardNumber,
      forwardBusyNumber: block.busyNumber,
      followMeNumber: block.followMeNumber,
      doNotDisturbExceptions: block.doNotDisturbExceptions,
      groupsOutsideHours: block.groupsOutsideHours,
      groupsOutOfService: block.groupsOutOfService,
      groupsOnNightService: block.groupsOnNightService,
    }),
  };
}

/** The first byte for lineDevSpecific. */
const LOG_IN = 8;
const FEATURE = 9;
/** The second byte, after {@linkcode FEATURE}; a text follows. */
const FORWARD: Readonly<Record<ForwardCase, { readonly on: number; readonly off: number }>> = {
  always: { on: 0, off: 1 },
  busy: { on: 2, off: 3 },
  no_answer: { on: 4, off: 5 },
};
const FORWARD_NUMBER = 6;
const DND_ON = 7;
const DND_OFF = 8;
const LOG_OUT = 47;
const DISPLAY_MESSAGE = 73;
const GROUP_IN = 76;
const GROUP_OUT = 77;
const INTRUDE = 83;
const LISTEN = 100;
const ACCOUNT = 101;

const COMMANDS = [
  "forward",
  "dnd",
  "group",
  "login",
  "logout",
  "account",
  "lamp",
  "intrude",
  "listen",
] as const satisfies readonly LineCommandName[];

function write(command: LineCommand, bytes: Uint8Array): readonly Uint8Array<ArrayBuffer>[] {
  switch (command.cmd) {
    case "forward":
      return forward(command.when, command.to, decodeBlock(bytes));
    case "dnd":
      return [message([FEATURE, command.on ? DND_ON : DND_OFF])];
    case "group":
      return [message([FEATURE, command.mode === "in" ? GROUP_IN : GROUP_OUT], command.group)];
    case "login":
      return [message([LOG_IN], command.user)];
    case "logout":
      return [message([FEATURE, LOG_OUT])];
    case "account":
      return [message([FEATURE, ACCOUNT], command.code)];
    case "lamp":
      return [message([FEATURE, DISPLAY_MESSAGE], `;Mailbox Msgs=${command.on ? 1 : 0}`)];
    case "intrude":
      return [message([FEATURE, INTRUDE], command.extension)];
    case "listen":
      return [message([FEATURE, LISTEN], command.extension)];
    default:
      throw unsupported("IP Office has nothing of its own for this command");
  }
}

/** The phone system keeps one number, which holds for every case that is on. */
function forward(
  when: ForwardCase,
  to: string | null,
  block: Block,
): readonly Uint8Array<ArrayBuffer>[] {
  const { on, off } = FORWARD[when];
  if (to === null) return [message([FEATURE, off])];
  const { forwards, busyNumber = "" } = block;
  const turnOn = message([FEATURE, on]);
  if (numberFor(when, block) === to) return [turnOn];
  if (when !== "always" && busyNumber !== "") {
    throw unsupported(
      `Busy and unanswered calls go to ${busyNumber}, which only the phone system can change`,
    );
  }
  const cases = (Object.keys(FORWARD) as ForwardCase[]).filter((other) => other !== when);
  if (cases.some((other) => forwards[other] === undefined)) {
    throw unsupported(
      "The line does not report its forwarding: a change could redirect other cases",
    );
  }
  const others = cases.filter((other) =>
    forwards[other] === true && numberFor(other, block) === (block.forwardNumber ?? "")
  );
  if (others.length > 0) {
    throw unsupported(
      "The phone system keeps one number for forwarding, and calls are forwarded to " +
        `${block.forwardNumber ?? "a number"} in another case (${
          others.join(", ")
        }): turn that off first`,
    );
  }
  return [message([FEATURE, FORWARD_NUMBER], to), turnOn];
}

const NOT_LATIN = /[^\u0020-\u00ff]/;

/** Codes, and text of 8 bits a character with its NUL. */
function message(codes: readonly number[], text = ""): Uint8Array<ArrayBuffer> {
  if (NOT_LATIN.test(text)) {
    throw unsupported("The phone system takes western letters and digits only");
  }
  return Uint8Array.from([...codes, ...Array.from(text, (char) => char.charCodeAt(0)), 0]);
}

export const AVAYA_IP_OFFICE: Vendor = {
  name: NAME,
  isDriver: (provider) => provider === PROVIDER,
  claims: ({ line }: LineIdentity, block) => new ByteReader(block).text() === line,
  read,
  commands: COMMANDS,
  write,
};
