/**
 * What a driver does, as text: one statement a line, in the order in which the messages come. Words
 * are those of tapi.h without their prefixes; `#` begins a remark.
 *
 * ```
 * new C PLACE              LINE_APPNEWCALL of a call that is named C from now on; no state is told
 * there C PLACE [STATE]    a call that nothing tells of: lineGetNewCalls lists it
 * made C DEVICE            names the call that the program has asked for last
 * info C member=value …    what lineGetCallInfo answers about C from now on; nothing is told
 * callinfo C BITS          LINE_CALLINFO
 * state C STATE [MODE [P3]]  LINE_CALLSTATE; a MODE may be a call, which is its handle
 * status C STATE [MODE]    what lineGetCallStatus answers about C from now on, whatever is so
 * features C BITS          LINECALLSTATUS.dwCallFeatures from now on
 * gone C                   C's handle is dead; nothing tells
 * address PLACE TEXT       LINEADDRESSCAPS' address from now on; nothing tells
 * provider DEVICE TEXT     LINEDEVCAPS' provider info from now on; nothing tells
 * block DEVICE member=value …  LINEDEVSTATUS' device-specific bytes from now on, as Avaya IP Office's
 *                          driver writes them: the members of avaya_block.ts; nothing tells
 * devspec DEVICE [P1 [P2]]  LINE_DEVSPECIFIC
 * devstate DEVICE BITS [P2 [P3]]  LINE_LINEDEVSTATE
 * addrstate PLACE BITS     LINE_ADDRESSSTATE
 * close DEVICE             LINE_CLOSE
 * ```
 *
 * A PLACE is a device, or a device and one of its addresses: `0`, `0.1`. BITS may be joined by `|`.
 * Members of `info` are `id rel origin reason trunk states`, and the parties `caller called connected
 * redirecting redirection`: a number; `-` for none; flags, such as `BLOCKED`; flags and a number, such
 * as `BLOCKED|ADDRESS:0171`; or `ansi:0171`, which are bytes where UTF-16 belongs. With an `n` after
 * it a party is its name, with `_` for a blank.
 */
import constants from "../fixtures/tapi_constants.json" with { type: "json" };
import { type BlockMembers, blockOf } from "../support/avaya_block.ts";
import { PARTY, placeOf, type StandIn } from "./standin.ts";

const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = constants;

/** The value of a name of tapi.h, of several that are joined by `|`, or of a number. */
export function bits(group: string, text: string): number {
  return text.split("|").reduce((sum, name) => {
    const value = Number(GROUPS[group]?.[name] ?? name);
    if (Number.isNaN(value)) throw new Error(`${group} has no ${name}`);
    return sum | value;
  }, 0) >>> 0;
}

/** The modes of states that have some. */
const MODES: Readonly<Record<string, string>> = {
  OFFERING: "LINEOFFERINGMODE",
  CONNECTED: "LINECONNECTEDMODE",
  DIALTONE: "LINEDIALTONEMODE",
  BUSY: "LINEBUSYMODE",
  SPECIALINFO: "LINESPECIALINFO",
  DISCONNECTED: "LINEDISCONNECTMODE",
};

/** Members of LINECALLINFO that are numbers: where they are, and whose names they take. */
const MEMBERS: Readonly<Record<string, readonly [member: string, group: string]>> = {
  id: ["dwCallID", ""],
  rel: ["dwRelatedCallID", ""],
  origin: ["dwOrigin", "LINECALLORIGIN"],
  reason: ["dwReason", "LINECALLREASON"],
  trunk: ["dwTrunk", ""],
  states: ["dwCallStates", "LINECALLSTATE"],
};

const PARTIES: Readonly<Record<string, readonly [keyof typeof PARTY, flags: string]>> = {
  caller: ["CALLER", "dwCallerIDFlags"],
  called: ["CALLED", "dwCalledIDFlags"],
  connected: ["CONNECTED", "dwConnectedIDFlags"],
  redirecting: ["REDIRECTING", "dwRedirectingIDFlags"],
  redirection: ["REDIRECTION", "dwRedirectionIDFlags"],
};

const FLAGGED = /^((?:BLOCKED|OUTOFAREA|NAME|ADDRESS|PARTIAL|UNKNOWN|UNAVAIL|\|)+)(?::(.*))?$/;
const NO_BYTES = new Uint8Array(0);

/** Plays scripts on a stand-in; the names of calls last from one to the next. */
export class Script {
  readonly #standin: StandIn;
  readonly #calls = new Map<string, number>();
  /** LINECALLPARTYID_ of each call's parties: a name is a flag beside those of the number. */
  readonly #flags = new Map<string, number>();

  constructor(standin: StandIn) {
    this.#standin = standin;
  }

  /** The HCALL of a name. */
  call(name: string): number {
    const call = this.#calls.get(name);
    if (call === undefined) throw new Error(`No call is named ${name}`);
    return call;
  }

  /** @throws Error that names the statement which cannot be played. */
  play(text: string): void {
    for (const line of text.split("\n")) {
      const [word, ...rest] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (word === undefined || word === "") continue;
      try {
        this.#statement(word, rest);
      } catch (error) {
        throw new Error(`${line.trim()}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  #statement(word: string, [subject = "", first = "", ...rest]: string[]): void {
    const standin = this.#standin;
    const [second = "0", third = "0"] = rest;
    switch (word) {
      case "new":
        return this.#name(subject, standin.offerCall(place(first), { stateless: true }));
      case "there":
        this.#name(subject, standin.existingCall(place(first)));
        return rest.length > 0 ? standin.setState(this.call(subject), state(second)) : undefined;
      case "made":
        return this.#name(subject, standin.newestCall(place(first)));
      case "info":
        return this.#info(subject, [first, ...rest]);
      case "callinfo":
        return standin.post(bits("LINE", "CALLINFO"), this.call(subject), info(first));
      case "state": {
        const mode = this.#calls.get(second) ?? bits(MODES[first] ?? "", second);
        const message = bits("LINE", "CALLSTATE");
        return standin.post(message, this.call(subject), state(first), mode, Number(third));
      }
      case "status":
        return standin.set("LINECALLSTATUS", {
          dwCallState: state(first),
          dwCallStateMode: bits(MODES[first] ?? "", second),
        }, this.call(subject));
      case "features":
        return standin.set(
          "LINECALLSTATUS",
          { dwCallFeatures: bits("LINECALLFEATURE", first) },
          this.call(subject),
        );
      case "gone":
        return standin.loseCall(this.call(subject));
      case "address":
        return standin.setText(place(subject), "address", first);
      case "provider":
        return standin.setText(Number(subject), "provider", first);
      case "block":
        return standin.setText(Number(subject), "block", blockOf(membersOf([first, ...rest])));
      case "devspec":
        return standin.post(
          bits("LINE", "DEVSPECIFIC"),
          standin.line(Number(subject)),
          Number(first),
          Number(second),
        );
      case "devstate":
        return standin.post(
          bits("LINE", "LINEDEVSTATE"),
          standin.line(Number(subject)),
          bits("LINEDEVSTATE", first),
          Number(second),
          Number(third),
        );
      case "addrstate": {
        const [device = "", address = "0"] = subject.split(".");
        return standin.post(
          bits("LINE", "ADDRESSSTATE"),
          standin.line(Number(device)),
          Number(address),
          bits("LINEADDRESSSTATE", first),
        );
      }
      case "close":
        return standin.closeLine(Number(subject));
      default:
        throw new Error("no such statement");
    }
  }

  #name(name: string, call: number): void {
    this.#calls.set(name, call);
  }

  #info(name: string, members: readonly string[]): void {
    const call = this.call(name);
    for (const assignment of members) {
      const [member = "", value = ""] = split(assignment);
      const number = MEMBERS[member];
      if (number !== undefined) {
        this.#standin.set("LINECALLINFO", { [number[0]]: bits(number[1], value) }, call);
        continue;
      }
      const isName = PARTIES[member] === undefined;
      const party = PARTIES[isName ? member.replace(/n$/, "") : member];
      if (party === undefined) throw new Error(`no such member: ${member}`);
      const { flags, text } = isName ? nameOf(value) : numberOf(value);
      const key = `${name} ${party[0]}`;
      const known = this.#flags.get(key) ?? 0;
      const all = isName ? (known & ~NAME) | flags : (known & NAME) | flags;
      this.#flags.set(key, all);
      this.#standin.setPartyText(call, PARTY[party[0]], isName ? "name" : "number", text);
      this.#standin.set("LINECALLINFO", { [party[1]]: all }, call);
    }
  }
}

const NAME = bits("LINECALLPARTYID", "NAME");

interface PartyText {
  readonly flags: number;
  readonly text: string | Uint8Array<ArrayBuffer>;
}

function nameOf(value: string): PartyText {
  return value === "-"
    ? { flags: 0, text: NO_BYTES }
    : { flags: NAME, text: value.replaceAll("_", " ") };
}

function numberOf(value: string): PartyText {
  if (value === "-") return { flags: bits("LINECALLPARTYID", "UNAVAIL"), text: NO_BYTES };
  const flagged = FLAGGED.exec(value);
  if (flagged !== null) {
    return { flags: bits("LINECALLPARTYID", flagged[1] ?? ""), text: flagged[2] ?? NO_BYTES };
  }
  const ansi = value.startsWith("ansi:") ? `${value.slice("ansi:".length)}\0` : undefined;
  return {
    flags: bits("LINECALLPARTYID", "ADDRESS"),
    text: ansi === undefined ? value : new TextEncoder().encode(ansi),
  };
}

/** Values that are whole numbers are bytes, but for telephone numbers. */
function membersOf(assignments: readonly string[]): BlockMembers {
  const texts = new Set(["ext", "user", "absence", "fwdto", "busyto", "followme", "exceptions"]);
  const members = assignments.map(split).map(([name, value]) => [
    name,
    texts.has(name) ? value.replaceAll("_", " ") : Number(value),
  ]);
  return { ext: "", ...Object.fromEntries(members) };
}

function split(assignment: string): [string, string] {
  const at = assignment.indexOf("=");
  if (at < 0) throw new Error(`expected member=value: ${assignment}`);
  return [assignment.slice(0, at), assignment.slice(at + 1)];
}

function place(text: string): number {
  const [device = "", address = "0"] = text.split(".");
  return placeOf(Number(device), Number(address));
}

function state(text: string): number {
  return bits("LINECALLSTATE", text);
}

function info(text: string): number {
  return bits("LINECALLINFOSTATE", text);
}
