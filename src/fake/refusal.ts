/** How the fake exchange says no. */

/** The exchange does not do what was asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /** @param code A LINEERR_ code. */
  constructor(readonly code: number) {
    super(`Refused with 0x${code.toString(16)}`);
  }
}
