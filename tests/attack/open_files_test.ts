/** A system that has no more files for connections: sockets and lines stay, and later all is as before. */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { until } from "../support/patience.ts";
import { PROGRAM_ARGS, ROOT, WatchedProcess } from "../support/process.ts";
import { RawConnection } from "../support/raw.ts";

const OPEN_FILES = 120;

for (const guard of [false, true]) {
  Deno.test({
    name: `too many open files end nothing${guard ? ", on a guarded port either" : ""}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const program = [
        ...PROGRAM_ARGS,
        "--provider=fake",
        "--fake-rate=600",
        "--host=127.0.0.1",
        "--port=0",
        "--journal=false",
        `--limits-guard=${guard}`,
      ];
      await using watched = new WatchedProcess("sh", {
        args: ["-c", `ulimit -n ${OPEN_FILES} && exec "$@"`, "sh", Deno.execPath(), ...program],
        cwd: ROOT,
        env: { NO_COLOR: "1" },
      });
      const port = await watched.port();
      await using client = await RecordingClient.connect(port);
      const silent: RawConnection[] = [];
      for (let i = 0; i < OPEN_FILES * 2; i++) {
        const raw = await RawConnection.open(port).catch(() => undefined);
        // An open port refuses while it cannot accept.
        if (raw === undefined) break;
        silent.push(raw);
      }
      await watched.logged(
        /No connections can be accepted at the moment: .*[Tt]oo many open files/,
      );
      const heard = client.texts.length;
      await client.until(() => client.texts.length > heard);
      for (const raw of silent) raw[Symbol.dispose]();
      await until(async () => {
        const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
        await response?.body?.cancel();
        return response?.status === 200;
      });
      assert.equal(client.closed, undefined);
      watched.signal("SIGTERM");
      assert.equal(await watched.exitCode(), 0);
      assert.doesNotMatch(watched.log, /Uncaught|unhandled/i);
    },
  });
}
