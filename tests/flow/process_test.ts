/** The program as users start it: arguments in, exit code and log lines out. */
import assert from "node:assert/strict";
import denoJson from "../../deno.json" with { type: "json" };
import { RecordingClient } from "../support/client.ts";
import {
  type Ended,
  fakeArgs,
  FakeExchange,
  ProgramProcess,
  ROOT,
  WatchedProcess,
} from "../support/process.ts";
import { Folder } from "../support/folder.ts";
import { V2TestClient } from "../support/v2_client.ts";

const { run } = ProgramProcess;

/** That the program ended with a code and one line that says why. */
function assertRefused(
  { code, log }: Ended,
  expectedCode: number,
  reason: RegExp,
): void {
  assert.equal(code, expectedCode, log);
  const lines = log.trimEnd().split("\n");
  assert.equal(lines.length, 1, log);
  assert.match(lines[0] ?? "", reason);
}

Deno.test("--version and --help print and exit 0", async () => {
  const [version, help] = await Promise.all([run(["--version"]), run(["--help"])]);
  assert.deepEqual([version.code, version.output], [0, `tapi2ws ${denoJson.version}\n`]);
  assert.equal(help.code, 0);
  assert.match(help.output, /--fake-scenario FILE/);
});

Deno.test("the task dev has the permissions that the program needs", async () => {
  const [, ...args] = denoJson.tasks.dev.command.split(" ").filter((word) => word !== "--watch");
  await using program = new WatchedProcess(Deno.execPath(), {
    args: [...args, "--port=0"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const port = await program.port();
  await program.logged(/\d+ lines are open/);
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(response.status, 200);
  await response.body?.cancel();
  assert.doesNotMatch(program.log, /NotCapable/);
});

Deno.test("unusable settings exit with code 2 and one line", async () => {
  const [port, key, scenario, logFile] = await Promise.all([
    run(fakeArgs("--port=x")),
    run(["--prot", "1"]),
    run(fakeArgs("--fake-scenario=/does/not/exist.toml")),
    run(fakeArgs("--log-file=/does/not/exist/tapi2ws.log")),
  ]);
  assertRefused(port, 2, /--port = "x"/);
  assertRefused(key, 2, /--prot/);
  assertRefused(scenario, 2, /exist\.toml/);
  assertRefused(logFile, 2, /--log-file.*exist/);
});

Deno.test("an example of the site's numbers that is wrong exits 2 and names it", async () => {
  await using folder = await Folder.make();
  const rules = '[numbers]\ncountry = "GB"\n';
  const path = await folder.write(
    "wrong.toml",
    `${rules}examples = [{ written = "01632 960001", dials = "901632960001" }]\n`,
  );
  const reason = /numbers\.examples\[0\]\.dials = "901632960001".* gives "01632960001"/;
  assertRefused(await run(fakeArgs(`--config=${path}`)), 2, reason);
});

Deno.test({
  name: "without Windows and without --provider it exits 2 and says how to run the fake",
  ignore: Deno.build.os === "windows",
  async fn() {
    assertRefused(await run([]), 2, /--provider fake/);
  },
});

Deno.test({
  name: "a library that is missing, or is not TAPI, exits 1 with one line",
  // There, only TAPI's own can be opened: tests/windows/program_test.ts.
  ignore: Deno.build.os === "windows",
  async fn() {
    const here = ["--provider", "tapi32", "--host", "127.0.0.1", "--port", "0"];
    const [missing, other] = await Promise.all([
      run([...here, "--tapi-library", "/does/not/exist/tapi32.dll"]),
      run([
        ...here,
        "--tapi-library",
        Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6",
      ]),
    ]);
    assertRefused(missing, 1, /Cannot open the TAPI library "\/does\/not\/exist\/tapi32\.dll"/);
    assertRefused(other, 1, /Cannot open the TAPI library .*line/);
  },
});

Deno.test("a port in use exits 1 with one line", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertRefused(
    await run(fakeArgs(`--port=${port}`)),
    1,
    new RegExp(`127\\.0\\.0\\.1:${port}: another program`),
  );
  listener.close();
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} with calls up: clients get 1001, exit 0`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using exchange = await FakeExchange.start();
      const { port, process } = exchange;
      await using client = await RecordingClient.connect(port);
      client.send({ cmd: "dial", line: 201, number: "202" });
      await client.frame((frame) => frame.state === "OFFERING");
      process.signal(signal);
      assert.equal(await process.exitCode(), 0, process.log);
      assert.doesNotMatch(process.log, /WRN|ERR/);
      await client.until(() => client.closed !== undefined);
      assert.equal(client.closed?.code, 1001);
    },
  });
}

Deno.test("log lines never show a telephone number, in no format and at no level", async () => {
  const file = await Deno.makeTempFile({ suffix: ".log" });
  const number = "+441632960123";
  for (const format of ["text", "json"]) {
    await using process = new ProgramProcess(
      fakeArgs("--log-level=debug", `--log-format=${format}`),
      { TAPI2WS_LOG_FILE: file },
    );
    await using client = await RecordingClient.connect(await process.port());
    await process.logged(/lines are open/);
    client.send({ cmd: "dial", line: 201, number });
    await client.frame((frame) => frame.state === "DIALING");
    await process.logged(/(dial|\{cmd\}) on line/);
    client.send({ cmd: "dial", line: number, number });
    await client.frame((frame) => frame.error !== undefined);
    const written = process.log + await Deno.readTextFile(file);
    assert.match(written, /\*{9}123/);
    assert.doesNotMatch(written, /1632960|632960123/);
  }
  await Deno.remove(file);
});

Deno.test("the same seed makes the same calls", async () => {
  const seeded = async () => {
    await using exchange = await FakeExchange.start("--fake-rate=600", "--fake-seed=7");
    await using client = await V2TestClient.connect(exchange.port);
    const { epoch } = await client.hello;
    // From the first event on, however late this client came.
    await client.ask({ cmd: "subscribe", resume: { epoch, seq: 0 } });
    const isNew = ({ type, change }: { type: string; change: string }) =>
      type === "call" && change === "new";
    const { call } = await client.until(() => client.events.find(isNew));
    return [call.callId, call.line, call.caller, call.called];
  };
  assert.deepEqual(await seeded(), await seeded());
});
