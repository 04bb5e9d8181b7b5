/** Which vendor a line belongs to, by the block that its driver wrote last. */
import type { LineIdentity } from "../../model/line.ts";
import type { Vendor, VendorReport } from "./vendor.ts";

export class VendorClaim {
  #vendor: Vendor | undefined;

  /** `undefined` if the line belongs to none that is known. */
  get vendor(): Vendor | undefined {
    return this.#vendor;
  }

  /** Reads a block; `undefined` if it is no vendor's, or about another line. */
  read(
    vendors: readonly Vendor[],
    line: LineIdentity,
    block: Uint8Array,
  ): VendorReport | undefined {
    this.#vendor = vendors.find((vendor) =>
      vendor.isDriver(line.provider) && vendor.claims(line, block)
    );
    return this.#vendor?.read(block);
  }
}
