/** The program's files, with numbers and names: for its own account only. */
import assert from "node:assert/strict";
import { Folder } from "../support/folder.ts";
import { fakeArgs, ProgramProcess } from "../support/process.ts";
import { V2TestClient } from "../support/v2_client.ts";

Deno.test({
  name: "journal, log and audit are for the account only, also those that others could read before",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await Folder.make();
    const journal = await folder.write("journal.sqlite", "");
    await Deno.chmod(journal, 0o644);
    await using program = new ProgramProcess(fakeArgs(
      `--journal-file=${journal}`,
      `--log-file=${folder.at("log.txt")}`,
      `--audit-file=${folder.at("audit.jsonl")}`,
    ));
    const port = await program.port();
    await program.logged(/lines are open/);
    await using client = await V2TestClient.connect(port);
    await client.ask({ cmd: "dial", line: "201", number: "202" });
    const files = ["journal.sqlite", "journal.sqlite-wal", "log.txt", "audit.jsonl"];
    for (const name of files) {
      const { mode } = await Deno.stat(folder.at(name));
      assert.equal((mode ?? 0) & 0o777, 0o600, name);
    }
  },
});
