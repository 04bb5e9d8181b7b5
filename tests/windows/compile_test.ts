/** That the task `compile` packs an executable for Windows on this system, as it stands. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { pack } from "../support/executable.ts";
import { prepareMachine } from "./machine.ts";

const machine = await prepareMachine();

/** The icon's name in an executable that Deno gave one; Deno's own has another. */
const ICON_NAME = Buffer.from("MAINICON", "utf16le");

Deno.test({
  name: "the executable carries the program, its version and the icon",
  ignore: machine === undefined,
  async fn() {
    assert(machine);
    const runtime = Buffer.from(await Deno.readFile(machine.deno));
    assert(!runtime.includes(ICON_NAME));
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-compile-" });
    try {
      const output = join(folder, "tapi2ws.exe");
      const { bytes, metadata, files } = await pack(machine.deno, output, { forWindows: true });
      assert(Buffer.from(bytes.buffer).includes(ICON_NAME));
      assert.equal(metadata.app_version, denoJson.version);
      assert(files.includes("src/main.ts"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
