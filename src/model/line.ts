/** A line: a telephone's extension as TAPI has it. */
import type { LineCommandName } from "./command.ts";
import type { Forward } from "./forward.ts";

/** Whether the program hears a line; `out_of_service`: it is open, but the phone system is away. */
export const LINE_STATUSES = ["open", "out_of_service", "closed", "failed"] as const;
export type LineStatus = typeof LINE_STATUSES[number];

/** How classic writes an extension that is a plain number: `201` or `"201"`. */
export const LINE_TYPES = ["number", "string"] as const;
export type LineType = typeof LINE_TYPES[number];

/** `group`: a hunt group's own line, which rings beside its members'. */
export const LINE_KINDS = ["extension", "group"] as const;
export type LineKind = typeof LINE_KINDS[number];

/** Which line it is. */
export interface LineIdentity {
  /**
   * The extension: the text of its TAPI address, else the device's name, else its id. Lines may share
   * it: then {@linkcode permanentId} distinguishes them.
   */
  readonly line: string;
  /** A label that people gave the line. */
  readonly name: string;
  /** Stays the same over restarts of program and machine, as far as the driver lets it; unique. */
  readonly permanentId: string;
  /** dwProviderInfo: the driver that the line belongs to. */
  readonly provider: string;
  readonly kind: LineKind;
}

/** The two names of a line. */
export type LineNames = Pick<LineIdentity, "line" | "permanentId">;

/** Whether something is about one of the lines that are meant. */
export type LineFilter = (names: LineNames) => boolean;

/** The voice mailbox of a line. */
export interface Voicemail {
  /** Whether it takes calls that nobody answers. */
  readonly on: boolean;
  /** Messages that nobody has heard yet. */
  readonly unread: number;
  /** Messages that were heard, and kept. */
  readonly read: number;
}

/** The hunt groups of a line's user. */
export interface GroupMembership {
  /** How many groups ring the line. */
  readonly member: number;
  /** How many groups the user has left for the time being. */
  readonly disabled: number;
}

/** The details that only one vendor has. `name` says which: the file name in `session/vendors/`. */
export interface VendorDetails {
  readonly name: string;
  readonly [detail: string]: string | number | boolean | readonly string[];
}

/** The settings of a telephone. A member is left out if the driver does not report it. */
export interface LineSettings {
  readonly doNotDisturb?: boolean;
  readonly voicemail?: Voicemail;
  /** The user who is logged in at the telephone, by the user's own extension; `null` if nobody is. */
  readonly user?: { readonly number: string } | null;
  readonly groups?: GroupMembership;
  /** The absence message that callers see; `null` if none is set. */
  readonly absence?: string | null;
  /** Whether a second call is announced during a call. */
  readonly callWaiting?: boolean;
  readonly vendor?: VendorDetails;
}

/** A line as last heard. */
export interface Line extends LineIdentity, LineSettings {
  readonly status: LineStatus;
  /** The symbolic TAPI error, if one is the cause of the status. */
  readonly error?: string;
  readonly forwards: readonly Forward[];
  /** Whether the line's message lamp is on. */
  readonly messageWaiting: boolean;
  /** The commands that the line's feature bits allow now. */
  readonly can: readonly LineCommandName[];
}
