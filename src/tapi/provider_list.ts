/** The installed telephony service providers: the drivers of phone systems, and Windows' own. */
import { StructBuffers } from "./buffers.ts";
import { API_VERSION } from "./layout.ts";
import type { TapiLibrary } from "./library.ts";
import { LINEPROVIDERENTRY, LINEPROVIDERLIST } from "./structs.ts";
import { decodeText } from "./text.ts";

/**
 * Lists the file names of the installed providers, such as `unimdm.tsp`, with lineGetProviderListW.
 * Entries that a damaged list claims outside of its bytes are left out, or "".
 *
 * @throws TapiError or MissingFunctionError
 * @see https://learn.microsoft.com/windows/win32/api/tapi/nf-tapi-linegetproviderlistw
 */
export async function listProviders(library: TapiLibrary): Promise<string[]> {
  const list = await new StructBuffers(library).read(
    "lineGetProviderListW",
    (buffer) => [API_VERSION, buffer],
  );
  const { dwNumProviders, ProviderList } = LINEPROVIDERLIST.decode(list);
  const { size } = LINEPROVIDERENTRY;
  const count = Math.min(dwNumProviders, Math.floor(ProviderList.length / size));
  return Array.from({ length: count }, (_, index) => {
    const entry = LINEPROVIDERENTRY.decode(ProviderList.subarray(index * size));
    // The offset counts from the start of the whole list.
    const { dwProviderFilenameOffset: offset, dwProviderFilenameSize: bytes } = entry;
    return decodeText(list.subarray(offset, offset + bytes));
  });
}
