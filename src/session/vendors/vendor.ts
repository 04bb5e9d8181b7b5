/**
 * What a vendor's driver reports of a line, and takes for it, outside TAPI's standard members: in the
 * device-specific block of LINEDEVSTATUS, and by lineDevSpecific.
 */
import type { Command, LineCommandName } from "../../model/command.ts";
import type { Forward } from "../../model/forward.ts";
import type { LineIdentity, LineSettings } from "../../model/line.ts";

/** A block in words; a member is left out if the block does not have it. */
export interface VendorReport {
  readonly settings: LineSettings;
  readonly forwards?: readonly Forward[];
  /** Whether messages wait that nobody has heard. */
  readonly messageWaiting?: boolean;
}

/** A command about a line. */
export type LineCommand = Extract<Command, { readonly cmd: LineCommandName }>;

/** A vendor: what its driver writes, and how it is told to change something. Knows no TAPI. */
export interface Vendor {
  /** As the settings of a line name it. */
  readonly name: string;
  /** Whether the driver of this name is the vendor's; its lines report changes, whatever they say. */
  isDriver(provider: string): boolean;
  /** Whether the block is the vendor's, and is about this line. */
  claims(line: LineIdentity, block: Uint8Array): boolean;
  /** Reads any bytes, member by member, as far as they go. */
  read(block: Uint8Array): VendorReport;
  /** The commands that the lines take by lineDevSpecific. */
  readonly commands: readonly LineCommandName[];
  /**
   * The bytes of one of the {@linkcode commands} for lineDevSpecific, each after the one before has
   * succeeded; none if there is nothing to change.
   *
   * @param block The line's block now.
   * @throws CommandFailure if the phone system cannot hold a value.
   */
  write(command: LineCommand, block: Uint8Array): readonly Uint8Array<ArrayBuffer>[];
}
