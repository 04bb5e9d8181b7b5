/** The device-specific block of LINEDEVSTATUS as Avaya IP Office's driver writes it. */

/** Members by their short names; numbers are bytes. */
export interface BlockMembers {
  /** The extensions of the telephone, and of its user; "" if nobody is logged in. */
  readonly ext: string;
  readonly user?: string;
  /** Forwarding of busy, unanswered and all calls is on; groups' calls are forwarded too. */
  readonly fwdbusy?: number;
  readonly fwdna?: number;
  readonly fwdall?: number;
  readonly fwdgroup?: number;
  readonly dnd?: number;
  readonly barred?: number;
  /** Call waiting is on. */
  readonly cw?: number;
  /** The mailbox is on; messages that were heard, and that were not. */
  readonly vmon?: number;
  readonly vmread?: number;
  readonly vmunread?: number;
  readonly natime?: number;
  readonly wrap?: number;
  /** The number of the absence message, and its text. */
  readonly absent?: number;
  readonly absence?: string;
  readonly fwdto?: string;
  readonly busyto?: string;
  readonly followme?: string;
  /** Numbers that ring in spite of DND, joined by commas. */
  readonly exceptions?: string;
  /** How many groups ring the user, and how many the user has left. */
  readonly groups?: number;
  readonly disabled?: number;
}

/** Bytes that a driver since version 4.1 writes after the last known member. */
const NEWER_BYTES = new Array(34).fill(7);

export function blockOf(members: BlockMembers): Uint8Array<ArrayBuffer> {
  const { ext, user = ext, fwdto = "", busyto = "", followme = "", absence = "" } = members;
  const { absent = 0, exceptions = "" } = members;
  const text = (value: string) => [...Array.from(value, (char) => char.charCodeAt(0)), 0];
  const { fwdbusy = 0, fwdna = 0, fwdall = 0, fwdgroup = 0, dnd = 0, barred = 0, cw = 0 } = members;
  const { vmon = 0, vmread = 0, vmunread = 0, natime = 15, wrap = 2 } = members;
  const { groups = 0, disabled = 0 } = members;
  const voicemailRingback = 0;
  const ringTones = [1, 2, 3];
  const [cannotBeIntruded, hasCode] = [1, 1];
  return Uint8Array.from([
    ...text(ext),
    ...[fwdbusy, fwdna, fwdall, fwdgroup, dnd, barred, cw, vmon, voicemailRingback],
    ...[vmread, vmunread, ...ringTones],
    ...[natime, wrap, 0, cannotBeIntruded, 0, 0, hasCode, 0, absent, absent === 0 ? 0 : 1, 0, 0],
    ...[user, "enu", fwdto, followme, absence].flatMap(text),
    ...exceptions.split(",").filter((number) => number !== "").flatMap(text),
    0,
    ...text(busyto),
    ...[5, groups, 0, disabled, 0, 0],
    ...NEWER_BYTES,
  ]);
}
