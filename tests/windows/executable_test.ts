/**
 * The executable on Windows: over the built-in exchange, over Windows' own TAPI, and as a service of the
 * real service control manager. Needs `deno task compile` first, and an administrator. Other systems
 * cannot run it.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { RecordingClient } from "../support/client.ts";
import { until } from "../support/patience.ts";
import { WatchedProcess } from "../support/process.ts";

const EXECUTABLE = fileURLToPath(new URL("../../dist/tapi2ws.exe", import.meta.url));
const INSTALLED = "C:\\Program Files\\Tapi2Ws\\tapi2ws.exe";
const DATA = "C:\\ProgramData\\Tapi2Ws";
/** The default port, which the service has. */
const PORT = 43001;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "windows", fn });
}

/** Runs a program of Windows, or the executable, to its end. */
async function run(program: string, ...args: string[]): Promise<{ code: number; text: string }> {
  await using process = new WatchedProcess(program, { args });
  const code = await process.exitCode();
  return { code, text: `${process.output}${process.log}`.replaceAll("\r", "") };
}

const service = (...words: string[]) => run(EXECUTABLE, "service", ...words);
const sc = async (...words: string[]) => (await run("sc.exe", ...words)).text;

async function isServed(): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${PORT}/healthz`);
    return (await response.json()).status === "ok";
  } catch {
    return false;
  }
}

test("--version prints the version", async () => {
  assert.deepEqual(await run(EXECUTABLE, "--version"), {
    code: 0,
    text: `tapi2ws ${denoJson.version}\n`,
  });
});

test("calls of the built-in exchange and the panel are served", async () => {
  const args = ["--provider", "fake", "--host", "127.0.0.1", "--port", "0", "--fake-rate", "0"];
  await using process = new WatchedProcess(EXECUTABLE, { args });
  const port = await process.port();
  await process.logged(/8 lines are open/);
  await using client = await RecordingClient.connect(port);
  client.send({ cmd: "dial", line: 201, number: "202" });
  await client.frame(({ state }) => state === "OFFERING");
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: "text/html" } });
  assert.match(await page.text(), /<title>/);
});

test("Windows' own TAPI is opened", async () => {
  const { text } = await run(EXECUTABLE, "doctor", "--port", "0");
  assert.match(text, /^fine +library: C:\\Windows\\System32\\tapi32\.dll$/im);
  assert.match(text, /^\w+ +drivers?: /m);
  await using process = new WatchedProcess(EXECUTABLE, {
    args: ["--host", "127.0.0.1", "--port", "0"],
  });
  await process.port();
  await process.logged(/lines? (?:is|are) open|No line is open|TAPI is not available/);
});

test("no other library can be opened", async () => {
  const { code, text } = await run(
    EXECUTABLE,
    "--tapi-library",
    "C:\\Windows\\System32\\version.dll",
  );
  assert.equal(code, 1);
  assert.match(text, /only C:\\Windows\\System32\\tapi32\.dll can be opened/i);
});

test("the service is installed, runs, is restarted after a crash, stops, is uninstalled", async () => {
  await using _ = { [Symbol.asyncDispose]: async () => void await service("uninstall") };
  const installed = await service("install");
  assert.equal(installed.code, 0, installed.text);
  assert(await isServed());
  assert.match(await sc("qc", "Tapi2Ws"), /SERVICE_START_NAME : NT SERVICE\\Tapi2Ws/);
  assert.match(await sc("qc", "Tapi2Ws"), /DEPENDENCIES +: TapiSrv/);
  assert.match(
    await sc("qc", "Tapi2Ws"),
    /BINARY_PATH_NAME +: "C:\\Program Files\\Tapi2Ws\\tapi2ws/,
  );
  assert.match(await sc("qfailure", "Tapi2Ws"), /Delay = 5000 [^]*Delay = 60000 /);
  assert.match(await sc("qfailureflag", "Tapi2Ws"), /TRUE/);
  const { text: rights } = await run("icacls.exe", DATA);
  assert.match(rights, /NT SERVICE\\Tapi2Ws:/);
  assert.doesNotMatch(rights, /BUILTIN\\Users|\(I\)/);

  // Updates change the account there and back.
  assert.equal((await service("install", "--account", "LocalSystem")).code, 0);
  assert.match(await sc("qc", "Tapi2Ws"), /SERVICE_START_NAME : LocalSystem/);
  assert.equal((await service("install")).code, 0);
  assert.match(await sc("qc", "Tapi2Ws"), /SERVICE_START_NAME : NT SERVICE\\Tapi2Ws/);

  // Its process ended, the service is back after 5 seconds.
  const { pid } = await processOfService();
  await run("taskkill.exe", "/f", "/pid", pid);
  await until(async () => {
    const now = await processOfService();
    return now.isRunning && now.pid !== pid && await isServed();
  });

  await using client = await RecordingClient.connect(PORT);
  const stopped = await service("stop");
  assert.equal(stopped.code, 0, stopped.text);
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 1001);
  assert.match(await sc("query", "Tapi2Ws"), /WIN32_EXIT_CODE +: 0 /);
  assert.match(await Deno.readTextFile(`${DATA}\\tapi2ws.log`), /Stopping: STOP\n[^]*Stopped\n$/);
  const uninstalled = await service("uninstall");
  assert.equal(uninstalled.code, 0, uninstalled.text);
  assert.match((await service("status")).text, /There is no service/);
  assert((await Deno.stat(INSTALLED)).isFile, "files stay");
});

test("the state of the service and the event log have the reason when it does not start", async () => {
  await using _ = {
    async [Symbol.asyncDispose]() {
      await service("uninstall");
      await Deno.remove(`${DATA}\\tapi2ws.toml`);
    },
  };
  assert.equal((await service("install")).code, 0);
  assert.equal((await service("stop")).code, 0);
  await Deno.writeTextFile(`${DATA}\\tapi2ws.toml`, "port = 99999\n");
  const started = await service("start");
  assert.equal(started.code, 1, started.text);
  assert.match(started.text, /a setting cannot be used/);
  const state = await sc("query", "Tapi2Ws");
  assert.match(state, /WIN32_EXIT_CODE +: 1066 [^]*SERVICE_EXIT_CODE +: 2 /);
  const newest = "Get-WinEvent -MaxEvents 1 -FilterHashtable " +
    "@{LogName='Application';ProviderName='Tapi2Ws'} | ForEach-Object Message";
  const { text } = await run("powershell.exe", "-NoProfile", "-Command", newest);
  assert.match(text, /^Cannot use port in .*tapi2ws\.toml = 99999/);
});

async function processOfService(): Promise<{ isRunning: boolean; pid: string }> {
  const text = await sc("queryex", "Tapi2Ws");
  return { isRunning: /RUNNING/.test(text), pid: text.match(/PID +: (\d+)/)?.[1] ?? "0" };
}
