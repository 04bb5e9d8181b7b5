/**
 * The header of a program or library of Windows: when it was built.
 *
 * @see https://learn.microsoft.com/windows/win32/debug/pe-format
 */

/** How much of a file to read: its header begins after the MS-DOS stub, which is short. */
export const HEADER_BYTES = 4096;

const MZ = 0x5a4d;
/** Where the offset of the signature is. */
const SIGNATURE_OFFSET = 0x3c;
const PE = 0x4550;
/** TimeDateStamp, from the signature: seconds since 1970. */
const TIME_OFFSET = 8;

/** @returns Milliseconds since 1970, as the linker wrote them; `undefined` for other files. */
export function builtAtMs(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < SIGNATURE_OFFSET + 4 || view.getUint16(0, true) !== MZ) return undefined;
  const signature = view.getUint32(SIGNATURE_OFFSET, true);
  if (signature + TIME_OFFSET + 4 > view.byteLength) return undefined;
  if (view.getUint32(signature, true) !== PE) return undefined;
  return view.getUint32(signature + TIME_OFFSET, true) * 1000;
}
