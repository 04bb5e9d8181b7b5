/** What a line can do, as far as its provider tells: what is not known is not ruled out. */
import { LINEADDRFEATURE } from "../../tapi/constants.ts";
import { MissingFunctionError } from "../../tapi/errors.ts";
import { ActionError, unsupported } from "./errors.ts";
import type { Attempts } from "./requests.ts";
import type { LineEntry } from "../handles.ts";

/**
 * Sees to it that a line has one of these LINEADDRFEATURE_ bits now; one that does not tell any is not
 * held to it.
 *
 * @throws ActionError
 */
export async function demandFeature(
  attempts: Attempts,
  line: LineEntry,
  features: number,
): Promise<void> {
  demandOneOf(line.features.address, features, "never allows it");
  try {
    const { addressFeatures } = await attempts.addressStatus(line);
    demandOneOf(addressFeatures, features, "does not allow it now");
  } catch (error) {
    const isUnknown = error instanceof ActionError &&
      (error.failure === "tapi_error" || error.cause instanceof MissingFunctionError);
    if (!isUnknown) throw error;
  }
}

/** @throws ActionError where bits are known, and none of them is there. */
export function demandOneOf(known: number, features: number, what: string): void {
  if (known === 0 || (known & features) !== 0) return;
  const names: string[] = [];
  for (const [name, bit] of Object.entries(LINEADDRFEATURE)) {
    if ((features & bit) !== 0) names.push(`LINEADDRFEATURE_${name}`);
  }
  throw unsupported(`The line ${what}: it lacks ${names.join(" or ")}`);
}
