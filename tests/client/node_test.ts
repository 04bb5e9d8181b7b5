/** The client library in Node, against the program on the fake exchange. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ProgramProcess, WatchedProcess } from "../support/process.ts";
import { hasTool } from "../support/tools.ts";

const hasNode = hasTool({
  command: "node",
  suite: "the client library in Node",
  remedy: "Debian: apt-get install nodejs",
});

Deno.test({
  name:
    "Node with the package ws hears a call ring and end, dials, hangs up, and is told of an error",
  ignore: !hasNode,
  async fn() {
    await using program = new ProgramProcess([
      "--provider=fake",
      "--host=127.0.0.1",
      "--port=0",
      "--fake-rate=0",
      "--fake-seed=1",
    ]);
    const port = await program.port();
    await program.logged(/8 lines are open/);
    // Deno fetches the package when it is imported, and checks it against deno.lock.
    await import("ws");
    const script = fileURLToPath(new URL("node_use.mjs", import.meta.url));
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-node-" });
    try {
      await using node = new WatchedProcess("node", {
        args: [script, `http://127.0.0.1:${port}`, folder, import.meta.resolve("ws")],
      });
      assert.equal(await node.exitCode(), 0, node.log);
      assert.deepEqual(JSON.parse(node.output), {
        first: "OFFERING",
        last: "IDLE",
        caller: "+441632960001",
        direction: "in",
        dialled: "902",
        refused: "unknown_line",
        callsLeft: 0,
        status: "closed",
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
