/** The client library in Node, against the program on the fake exchange. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Folder } from "../support/folder.ts";
import { FakeExchange, WatchedProcess } from "../support/process.ts";
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
    await using program = await FakeExchange.start("--fake-seed=1");
    // Deno fetches the package when it is imported, and checks it against deno.lock.
    await import("ws");
    const script = fileURLToPath(new URL("node_use.mjs", import.meta.url));
    await using folder = await Folder.make();
    await using node = new WatchedProcess("node", {
      args: [script, `http://127.0.0.1:${program.port}`, folder.path, import.meta.resolve("ws")],
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
  },
});
