/** Changes what a function of the library has answered, so that a driver lies. */

/** Where members lie in LINECALLSTATUS and LINEADDRESSCAPS, as tapi.h has them. */
export const AT = { callState: 12, callFeatures: 24, addressFlags: 104 } as const;

/** Changes what a function has written, after it has succeeded. */
export function setU32(
  memory: Uint8Array<ArrayBuffer>,
  offset: number,
  value: number,
): (result: number) => number {
  return (result) => {
    if (result === 0) new DataView(memory.buffer).setUint32(offset, value, true);
    return result;
  };
}
