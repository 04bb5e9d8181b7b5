/**
 * The program on Windows: as the executable runs there, with no more permissions, over the C stand-in
 * in the place of Windows' own tapi32.dll. Clients are on this side.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import type { Devices } from "../native/standin.ts";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import {
  type Machine,
  prepareMachine,
  startOn,
  WINDOWS_DENO,
  WINDOWS_REPOSITORY,
  WINDOWS_STAGE,
} from "./machine.ts";
import { until } from "../support/patience.ts";
import { runProgram, Stage, startProgram, WindowsProgram } from "./program.ts";

const machine = await prepareMachine();

const IDLE = 0x1;
const CONNECTED = 0x100;
const DISCONNECTED = 0x4000;
const NUMBER = "+441632960123";

function machineTest(name: string, run: (machine: Machine) => Promise<void>): void {
  Deno.test({
    name,
    ignore: machine === undefined,
    async fn() {
      if (machine !== undefined) await run(machine);
    },
  });
}

/** A test of the running program, which is stopped by Ctrl-C and must leave nothing behind. */
function programTest(
  name: string,
  devices: Devices,
  run: (program: WindowsProgram) => Promise<void>,
  options: Parameters<typeof WindowsProgram.start>[2] = {},
): void {
  machineTest(name, async (windows) => {
    await using program = await WindowsProgram.start(windows, devices, options);
    await run(program);
    assert.equal(await program.stop(), 0, program.process.log);
  });
}

/** That the program ended with 1 and one line that says why. */
function assertRefused({ code, log }: { code: number; log: string }, reason: RegExp): void {
  assert.equal(code, 1, log);
  const [line = "", ...more] = log.split(/\r?\n/).filter((text) => text !== "");
  assert.deepEqual(more, []);
  assert.match(line, reason);
}

machineTest("it runs on Windows, and says its version", async (windows) => {
  const { code, output } = await runProgram(windows, ["--version"]);
  assert.deepEqual([code, output.trim()], [0, `tapi2ws ${denoJson.version}`]);
});

programTest(
  "TAPI's own library is opened by its default path, and a call is told to its end",
  { voiceLines: 2, dataLine: true },
  async ({ standin, client, process }) => {
    assert.match(process.log, /Calls come from C:\\windows\\System32\\tapi32\.dll/i);
    assert.match(process.log, /2 lines are open/);
    const call = standin.offerCall(1, { caller: NUMBER, called: "202" });
    const { callId, ...offered } = await client.frame((frame) => frame.state === "OFFERING");
    assert.match(callId ?? "", /^0x[0-9A-F]+$/);
    assert.deepEqual(offered, {
      line: 202,
      state: "OFFERING",
      callerId: NUMBER,
      calledId: "202",
      origin: "EXTERNAL",
      reason: "DIRECT",
    });
    for (const state of [CONNECTED, DISCONNECTED, IDLE]) standin.setState(call, state);
    await client.frame((frame) => frame.state === "IDLE");
    assert.deepEqual(client.states(), ["OFFERING", "CONNECTED", "DISCONNECTED", "IDLE"]);
    await until(() => standin.liveCalls === 0);
  },
);

programTest("dial goes to CONNECTED, and drop to IDLE", { voiceLines: 1 }, async (program) => {
  const { client, standin } = program;
  client.send({ cmd: "dial", line: 201, number: NUMBER });
  await program.reach("CONNECTED");
  assert.equal(client.frames[0]?.calledId, NUMBER);
  client.send({ cmd: "drop", line: 201 });
  await program.reach("IDLE");
  await until(() => standin.liveCalls === 0 && standin.pendingReplies === 0);
  const commands = standin.log.filter((line) => /^line(MakeCallW|Drop)/.test(line));
  assert.match(commands.join("\n"), /^lineMakeCallW\(.*\nlineDrop\(.*$/);
});

programTest("a hidden caller's number goes to nobody", { voiceLines: 1 }, async (program) => {
  const { client, standin } = program;
  const call = standin.offerCall(0, { caller: NUMBER, callerName: "Anna", blocked: true });
  await program.reach("OFFERING");
  standin.setState(call, CONNECTED);
  await program.reach("CONNECTED");
  assert(client.frames.every(({ callerId }) => callerId === ""));
  assert(!client.texts.some((text) => text.includes(NUMBER) || text.includes("Anna")));
});

programTest("a caller id that comes late is reported then", { voiceLines: 1 }, async (program) => {
  const { client, standin } = program;
  const call = standin.offerCall(0, { lateCaller: true });
  await program.reach("OFFERING");
  standin.setCaller(call, NUMBER, "Жук 🐞");
  await client.frame(({ callerId }) => callerId === NUMBER);
  assert.deepEqual(client.frames.map(({ state, callerId }) => [state, callerId]), [
    ["OFFERING", ""],
    ["OFFERING", NUMBER],
  ]);
});

programTest(
  "text that is not ASCII arrives as it is, both ways",
  { voiceLines: 1 },
  async ({ standin, client }) => {
    standin.offerCall(0, { caller: "Анна 🐞" });
    assert.equal((await client.frame(() => true)).callerId, "Анна 🐞");
    client.send({ cmd: "dial", line: 201, number: "Жук 🐞" });
    await client.frame(({ calledId }) => calledId === "Жук 🐞");
  },
  { prepare: (standin) => standin.setDevice(0, "Линия 🐞") },
);

programTest(
  "a burst of 20,000 messages: every state of every call, in order",
  { voiceLines: 10 },
  async ({ standin, client }) => {
    const calls = 3334;
    assert(standin.burst(calls) >= 20_000);
    await client.until(() => client.frames.length === calls * 5);
    const statesByCaller = Map.groupBy(client.frames, ({ callerId }) => callerId);
    assert.equal(statesByCaller.size, calls);
    for (const [caller, frames] of statesByCaller) {
      const states = frames.map(({ state }) => state).join();
      assert.equal(states, "OFFERING,ACCEPTED,CONNECTED,DISCONNECTED,IDLE", String(caller));
    }
    await until(() => standin.liveCalls === 0);
  },
);

machineTest(
  "Ctrl-C with a call up ends it cleanly, and nothing is waited for in vain",
  async (windows) => {
    await using program = await WindowsProgram.start(windows, { voiceLines: 3 });
    const { client, standin, process } = program;
    standin.offerCall(0, { caller: NUMBER });
    await program.reach("OFFERING");
    assert.equal(await program.stop(), 0, process.log);
    await client.until(() => client.closed !== undefined);
    assert.equal(client.closed?.code, 1001);
    assert.match(process.log, /Stopping: SIGINT\s[^]*Stopped\s*$/);
    assert.doesNotMatch(process.log, /does not return/);
  },
);

machineTest("the file, variables and the log file work with these permissions", async (windows) => {
  await using program = await WindowsProgram.start(windows, { voiceLines: 2 }, {
    args: ["--log-file", `${WINDOWS_STAGE}\\журнал.log`],
    env: { TAPI2WS_LINES: "202", TAPI2WS_LOG_FORMAT: "json" },
  });
  assert.equal(program.standin.openLines, 1);
  assert.equal(await program.stop(), 0);
  const lines = (await Deno.readTextFile(join(program.stage.folder, "журнал.log"))).split("\n");
  assert.match(lines[0] ?? "", /^\{.*listens on/);
  assert.match(lines.at(-2) ?? "", /Stopped/);
});

machineTest("a configuration file is read", async (windows) => {
  const { code, log } = await runProgram(windows, ["--config", `${WINDOWS_STAGE}\\tapi2ws.toml`], {
    files: { "tapi2ws.toml": "port = 99999\n" },
  });
  assert.equal(code, 2, log);
  assert.match(log, /Cannot use port in .*tapi2ws\.toml = 99999/);
});

machineTest("a port that is taken ends it with 1 and one line", async (windows) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertRefused(
    await runProgram(windows, ["--host", "127.0.0.1", "--port", String(port)]),
    new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}`),
  );
});

machineTest("no library, or one that is not TAPI, ends it with 1 and one line", async (windows) => {
  const [missing, other] = await Promise.all([
    runProgram(windows, ["--port", "0"], { library: null }),
    runProgram(windows, ["--port", "0"], { library: windows.launcher }),
  ]);
  assertRefused(missing, /Cannot open the TAPI library "C:\\windows\\System32\\tapi32\.dll"/i);
  assertRefused(other, /Cannot open the TAPI library/);
});

machineTest(
  "no setting, flag or variable opens another library than TAPI's own",
  async (windows) => {
    const other = `${WINDOWS_STAGE}\\system32\\tapi32.dll`;
    const files = { "tapi2ws.toml": 'tapiLibrary = "system32/tapi32.dll"\n' };
    const answers = [
      await runProgram(windows, ["--port", "0", "--tapi-library", other]),
      await runProgram(windows, ["--port", "0"], { env: { TAPI2WS_TAPI_LIBRARY: other } }),
      await runProgram(windows, ["--port", "0", "--config", `${WINDOWS_STAGE}\\tapi2ws.toml`], {
        files,
      }),
    ];
    for (const answer of answers) {
      assertRefused(
        answer,
        /Cannot open the TAPI library ".*stage.*": only C:\\windows\\system32\\tapi32\.dll can be opened/i,
      );
    }
  },
);

machineTest(
  "after the libraries are open, native code cannot be used any further",
  async (windows) => {
    await using stage = await Stage.prepare(windows);
    const probe = `${WINDOWS_REPOSITORY}\\tests\\windows\\rights_probe.ts`;
    await using process = startProgram(windows, stage, [], { main: probe });
    assert.equal(await process.exitCode(), 0, process.log);
    const tried = process.output.trim().split(/\r?\n/);
    assert.equal(tried.length, 7);
    for (const line of tried) assert.match(line, /: NotCapable$/);
  },
);

machineTest("task dev runs on Windows", async (windows) => {
  await using stage = await Stage.prepare(windows);
  const config = `${WINDOWS_REPOSITORY}\\deno.json`;
  const dev = [
    WINDOWS_DENO,
    "task",
    "--config",
    config,
    "dev",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
  ];
  await using process = startOn(windows, stage.folder, dev);
  await process.port();
  await process.logged(/8 lines are open/);
});

machineTest(
  "https, reload, the journal file and the panel work on Windows",
  async (windows) => {
    if (!hasOpenSsl) return;
    const certificate = await makeCertificate("windows");
    const settings = (more: string) =>
      `${more}
[tls]
cert = "cert.pem"
key = "key.pem"
[journal]
file = "journal.sqlite"
`;
    await using program = await WindowsProgram.start(windows, { voiceLines: 1 }, {
      args: ["--config", `${WINDOWS_STAGE}\\tapi2ws.toml`],
      files: {
        "tapi2ws.toml": settings(""),
        "cert.pem": certificate.cert,
        "key.pem": certificate.key,
      },
      caCerts: [certificate.root],
    });
    const { standin, stage, process } = program;
    const call = standin.offerCall(0, { caller: NUMBER });
    await program.reach("OFFERING");
    for (const state of [CONNECTED, DISCONNECTED, IDLE]) standin.setState(call, state);
    await program.reach("IDLE");

    const get = async (path: string, headers = {}) => {
      const response = await program.fetch(path, headers);
      return { status: response.status, text: await response.text() };
    };
    assert.match((await get("/", { accept: "text/html" })).text, /<title>/);
    // Calls are written some time after they have ended.
    await until(async () => (await get("/api/v2/journal")).text.includes(NUMBER));
    const origin = { origin: "https://crm.example.com" };
    assert.equal((await get("/", origin)).status, 403);
    await Deno.writeTextFile(
      join(stage.folder, "tapi2ws.toml"),
      settings('allowOrigins = ["https://crm.example.com"]'),
    );
    await process.logged(/changed settings are in use/);
    assert.equal((await get("/", origin)).status, 200);
    assert.equal(await program.stop(), 0, process.log);
    assert((await Deno.stat(join(stage.folder, "journal.sqlite"))).size > 0);
  },
);
