/** Tries what no package must be able to do, after rights.ts was evaluated. */
import { WINDOWS_RIGHTS } from "../../src/rights.ts";

const FUNCTION = { parameters: [], result: "void" } as const;
const TRIED = {
  "open kernel32.dll by its name": () => Deno.dlopen("kernel32.dll", {}),
  "open TAPI once more": () => Deno.dlopen(WINDOWS_RIGHTS?.tapi32Path ?? "", {}),
  "make a function for native code": () => new Deno.UnsafeCallback(FUNCTION, () => {}),
  "make a pointer": () => Deno.UnsafePointer.of(new Uint8Array(1)),
  "read memory by its address": () => Deno.UnsafePointer.create(4096n),
  "start a program": () => new Deno.Command("cmd").outputSync(),
  "take the permission back": () => {
    if (Deno.permissions.requestSync({ name: "ffi" }).state !== "granted") {
      throw new Deno.errors.NotCapable();
    }
  },
};

for (const [what, attempt] of Object.entries(TRIED)) {
  try {
    attempt();
    // deno-lint-ignore no-console -- read by the test
    console.log(`${what}: possible`);
  } catch (error) {
    // deno-lint-ignore no-console -- read by the test
    console.log(`${what}: ${(error as Error).name}`);
  }
}
