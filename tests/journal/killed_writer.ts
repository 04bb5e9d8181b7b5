/** A program that ends calls and writes them until it is killed; says what is committed. */
import { openFile } from "../../src/journal/file.ts";
import { Store } from "../../src/journal/store.ts";
import { manyEntries } from "../support/journal.ts";

const [file = "", firstCall = "0"] = Deno.args;
const store = new Store(openFile(file));
let call = Number(firstCall);
const written = new Uint8Array(4);
const [entry] = [...manyEntries(1, 1, 0)];
for (;;) {
  const batch = Array.from({ length: 20 }, () => ({ ...entry!, call: call++ }));
  store.add(batch);
  // The call of which all before are committed.
  new DataView(written.buffer).setUint32(0, call);
  Deno.stdout.writeSync(written);
}
