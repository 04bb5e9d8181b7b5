import assert from "node:assert/strict";
import { createFakeTapi } from "../../src/fake/library.ts";
import { MissingFunctionError } from "../../src/tapi/errors.ts";
import type { Memory, TapiLibrary } from "../../src/tapi/library.ts";
import { listProviders } from "../../src/tapi/provider_list.ts";
import { LINEPROVIDERENTRY, LINEPROVIDERLIST } from "../../src/tapi/structs.ts";
import { encodeText } from "../../src/tapi/text.ts";

/** A library with two providers, whose list `damage` may change. */
function libraryOf(damage: (list: DataView) => void): TapiLibrary {
  const names = ["kmddsp.tsp", "ein Gerät.tsp"].map(encodeText);
  const fill = (into: Memory) => {
    let end = LINEPROVIDERLIST.size + names.length * LINEPROVIDERENTRY.size;
    const entries = new Uint8Array(names.length * LINEPROVIDERENTRY.size);
    const texts = names.map((name, index) => {
      LINEPROVIDERENTRY.encode(entries.subarray(index * LINEPROVIDERENTRY.size), {
        dwPermanentProviderID: index,
        dwProviderFilenameSize: name.length,
        dwProviderFilenameOffset: end,
      });
      return [name, end, end += name.length] as const;
    });
    LINEPROVIDERLIST.encode(into, {
      dwTotalSize: into.length,
      dwNeededSize: end,
      dwUsedSize: end,
      dwNumProviders: names.length,
      ProviderList: entries,
    });
    for (const [name, at] of texts) into.set(name, at);
    damage(new DataView(into.buffer));
    return Promise.resolve(0);
  };
  return { ...createFakeTapi(), lineGetProviderListW: (_version, list) => fill(list) };
}

Deno.test("the file names of all providers, in their order", async () => {
  assert.deepEqual(await listProviders(libraryOf(() => {})), ["kmddsp.tsp", "ein Gerät.tsp"]);
  assert.deepEqual(await listProviders(createFakeTapi()), ["tapi2wsfake.tsp"]);
});

Deno.test("a damaged list gives what lies inside it", async () => {
  const more = libraryOf((list) => list.setUint32(12, 0xffffffff, true));
  assert.deepEqual(await listProviders(more), ["kmddsp.tsp", "ein Gerät.tsp"]);
  const away = libraryOf((list) => list.setUint32(LINEPROVIDERLIST.size + 8, 0xfffffff0, true));
  assert.deepEqual(await listProviders(away), ["", "ein Gerät.tsp"]);
  const outside = libraryOf((list) => list.setUint32(20, 0xfffffff0, true));
  assert.deepEqual(await listProviders(outside), []);
});

Deno.test("a library may lack the function", async () => {
  const library = { ...createFakeTapi(), lineGetProviderListW: null };
  await assert.rejects(listProviders(library), MissingFunctionError);
});
