/** LINECALLPARAMS: how a call is to be made, where the defaults do not say it. */
import { LINEADDRESSMODE, LINEBEARERMODE, LINEMEDIAMODE } from "./constants.ts";
import type { Memory } from "./library.ts";
import { LINECALLPARAMS } from "./structs.ts";

/** dwCountryCode: the driver's default. */
export const NO_COUNTRY = 0;

/**
 * For a voice call from an address of a device; `null` for the first one: that is the default, and
 * drivers are most at home with it.
 */
export function callParamsFor(addressId: number): Memory | null {
  if (addressId === 0) return null;
  const params: Memory = new Uint8Array(LINECALLPARAMS.size);
  LINECALLPARAMS.encode(params, {
    dwTotalSize: LINECALLPARAMS.size,
    dwBearerMode: LINEBEARERMODE.VOICE,
    dwMediaMode: LINEMEDIAMODE.INTERACTIVEVOICE,
    dwAddressMode: LINEADDRESSMODE.ADDRESSID,
    dwAddressID: addressId,
  });
  return params;
}
