/**
 * The program as a Windows service of Wine's service control manager, from its installation to its
 * removal. Clients are outside of Wine.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { RecordingClient } from "../support/client.ts";
import { type Machine, prepareMachine, WINDOWS_REPOSITORY, WINDOWS_STAGE } from "./machine.ts";
import { until } from "../support/patience.ts";
import { PROGRAM, WindowsSession } from "./service.ts";

const machine = await prepareMachine();

const SETTINGS = `${WINDOWS_STAGE}\\tapi2ws.toml`;
const CONFIG = ["--config", SETTINGS] as const;
const INSTALL = ["install", ...CONFIG] as const;
/** Relative paths are relative to the settings file, which is on the stage. */
const GOOD = `host = "127.0.0.1"
port = 0
[log]
file = "service.log"
[journal]
file = "journal.sqlite"
`;

function serviceTest(
  name: string,
  run: (session: WindowsSession) => Promise<void>,
  options: Parameters<typeof WindowsSession.start>[1] = {},
): void {
  Deno.test({
    name,
    ignore: machine === undefined,
    async fn() {
      await using session = await WindowsSession.start(machine as Machine, {
        ...options,
        files: { "tapi2ws.toml": GOOD, ...options.files },
      });
      await run(session);
    },
  });
}

/** The value that `sc query` prints under a name. */
async function queried(session: WindowsSession, name: string): Promise<string> {
  const { text } = await session.run("sc query Tapi2Ws");
  return text.match(new RegExp(`${name} +: +(.*)`))?.[1]?.trim() ?? text;
}

serviceTest(
  "the installed service serves clients, and stops without leaving anything behind",
  async (session) => {
    const { standin } = session.remote;
    const installed = await session.service(...INSTALL);
    assert.deepEqual([installed.code, installed.complaint], [0, ""]);
    assert.match(installed.text, /^The service Tapi2Ws is installed\./);
    assert.match(installed.text, /log +Z:\\mnt\\stage\\service\.log\n/);
    assert.match(installed.text, /netsh advfirewall firewall add rule .*localport=0 .*program="C:/);
    // It listens, and TAPI waits for the stand-in to let it go on.
    assert.match(installed.text, /\nThe service is running\n$/);
    assert.equal(standin.callsOf("lineInitializeExW"), 0);

    const { text: registry } = await session.run(
      "reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tapi2Ws",
    );
    const value = (name: string) => registry.match(new RegExp(`${name} +REG_\\w+ +(.*)`))?.[1];
    assert.equal(value("ImagePath"), `"${PROGRAM}" service run --config "${SETTINGS}"`);
    assert.equal(value("ObjectName"), "NT SERVICE\\Tapi2Ws");
    assert.equal(value("DependOnService"), "TapiSrv");
    assert.equal(value("Start"), "0x2");
    assert.equal(value("Type"), "0x10");
    assert.equal(value("PreshutdownTimeout"), "0x4e20");
    assert.match(value("Description") ?? "", /JSON over WebSocket/);

    const log = () => Deno.readTextFileSync(join(session.stage.folder, "service.log"));
    const port = Number(log().match(/listens on 127\.0\.0\.1:(\d+)/)?.[1]);
    await session.remote.connected;
    standin.reset({ voiceLines: 2 });
    session.remote.go();
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.equal((await response.json()).status, "ok");
    await until(() => /2 lines are open/.test(log()));
    await using client = await RecordingClient.connect(port);
    standin.offerCall(0, { caller: "+441632960123" });
    await client.frame(({ state }) => state === "OFFERING");

    const stopping = session.service("stop");
    await client.until(() => client.closed !== undefined);
    assert.equal(client.closed?.code, 1001);
    await until(() => standin.callsOf("lineShutdown") > 0);
    assert.deepEqual(standin.violations, { count: 0, last: "" });
    assert.deepEqual([standin.liveCalls, standin.abandonedCalls, standin.openLines], [0, 0, 0]);
    session.remote.go();
    assert.deepEqual(await stopping, { code: 0, text: "The service has stopped\n", complaint: "" });
    assert.match(log(), /Stopping: STOP\n[^]*Stopped\n$/);
    assert.match((await session.service("status")).text, /^state +stopped\n/);
    assert.equal(await queried(session, "WIN32_EXIT_CODE"), "0  (0x0)");
    assert((await Deno.stat(join(session.stage.folder, "journal.sqlite"))).size > 0);

    const again = await session.service("uninstall");
    assert.match(again.text, /^The service Tapi2Ws is uninstalled\./);
    const absent = await session.service("uninstall");
    assert.deepEqual([absent.code, absent.text], [0, "There is no service Tapi2Ws\n"]);
  },
);

serviceTest("installing again updates the service", async (session) => {
  assert.equal((await session.service("install")).code, 0);
  const other = await session.service(...INSTALL, "--account", "LocalSystem");
  assert.match(other.text, /^The service Tapi2Ws is updated\.[^]*The service is running\n$/);
  const { text, code } = await session.service("status");
  assert.equal(code, 0);
  assert.match(text, /^state +running, process \d+\nstart +automatic\naccount +LocalSystem\n/);
  // By default, settings, log and journal lie where others cannot write.
  const { text: files } = await session.run("cmd /c dir /b C:\\ProgramData\\Tapi2Ws");
  for (const file of ["tapi2ws-journal.sqlite", "tapi2ws.log", "tapi2ws.toml"]) {
    assert(files.includes(`${file}\n`), file);
  }

  await session.tapi2ws("doctor", ...CONFIG, "--report", `${WINDOWS_STAGE}\\report.txt`);
  const report = await Deno.readTextFile(join(session.stage.folder, "report.txt"));
  assert.match(report, /^fine +versions: Tapi2Ws .*, Deno .*, Windows .*, build \d+/m);
  assert.match(report, /^fine +service: running, process \d+; automatic, as LocalSystem$/m);
  assert.match(report, /^\w+ +Telephony: /m);
  assert.match(report, /^\w+ +C:\\ProgramData\\Tapi2Ws: /m);
  assert.match(report, /^\w+ +time service: /m);
  assert.match(report, /^log\.file = "Z:/m);
});

serviceTest(
  "wrong settings are refused before installing; later, the state of the service has the reason",
  async (session) => {
    const settings = join(session.stage.folder, "tapi2ws.toml");
    await Deno.writeTextFile(settings, "port = 99999\n");
    const refused = await session.service(...INSTALL);
    assert.equal(refused.code, 2);
    assert.match(refused.complaint, /^tapi2ws: Cannot use port in .*tapi2ws\.toml = 99999/);
    assert.equal((await session.service("status")).code, 1, "nothing is installed");

    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await Deno.writeTextFile(settings, GOOD.replace("port = 0", `port = ${listener.addr.port}`));
    const taken = await session.service(...INSTALL);
    assert.equal(taken.code, 1);
    assert.match(taken.text, /does not start: stopped: the port, .* is not available/);
    assert.equal(await queried(session, "WIN32_EXIT_CODE"), "1066  (0x42a)");
    assert.equal(await queried(session, "SERVICE_EXIT_CODE"), "1  (0x1)");

    await Deno.writeTextFile(settings, "port = 99999\n");
    const wrong = await session.service("start");
    assert.match(wrong.complaint, /does not start: stopped: a setting cannot be used/);
    assert.equal(await queried(session, "WIN32_EXIT_CODE"), "1066  (0x42a)");
    assert.equal(await queried(session, "SERVICE_EXIT_CODE"), "2  (0x2)");
  },
);

serviceTest(
  "install asks for a password and never shows it; an unknown account is refused",
  async (session) => {
    const unknown = await session.service(...INSTALL, "--account", "nobody-there");
    assert.deepEqual([unknown.code, unknown.complaint], [
      1,
      "tapi2ws: There is no account .\\nobody-there\n",
    ]);
    const installing = session.service(...INSTALL, "--account", "root");
    await session.answer(/Password of \.\\root: /, "open sesame");
    const { text, complaint } = await installing;
    assert.match(text, /account +\.\\root\n/);
    assert.doesNotMatch(text + complaint, /sesame/);
    assert.match((await session.service("status")).text, /account +\.\\root\n/);
  },
);

serviceTest("a crash is reported as one", async (session) => {
  assert.equal((await session.service(...INSTALL)).code, 0);
  await session.run("taskkill /f /im deno.exe");
  let code = "";
  await until(async () => {
    code = await queried(session, "WIN32_EXIT_CODE");
    return /^1067 /.test(code);
  });
  assert.match((await session.service("status")).text, /^state +stopped: it crashed/);
});

serviceTest(
  "a slow start reports progress; there are no standard handles",
  async (session) => {
    const go = join(session.stage.folder, "go");
    assert.equal((await session.service(...INSTALL)).code, 0);
    assert.equal(await Deno.readTextFile(join(session.stage.folder, "stdin.txt")), "none");
    assert.equal((await session.service("stop")).code, 0);
    assert.equal(await queried(session, "SERVICE_EXIT_CODE"), "77  (0x4d)");

    await Deno.remove(go);
    await session.run("sc start Tapi2Ws");
    await until(async () => Number(await queried(session, "CHECKPOINT")) >= 2);
    assert.match(await queried(session, "STATE"), /START_PENDING$/);
    const starting = session.service("start");
    await Deno.writeTextFile(go, "");
    assert.match((await starting).text, /^The service is (?:already )?running/);
    assert.match(await queried(session, "STATE"), /RUNNING$/);
  },
  { main: `${WINDOWS_REPOSITORY}\\tests\\windows\\service_probe.ts`, files: { go: "" } },
);

serviceTest("words and flags that are not for people are refused", async (session) => {
  const [run, word, flag] = [
    await session.service("run"),
    await session.service("begin"),
    await session.service("install", "--port", "1"),
  ];
  assert.equal(run.code, 1);
  assert.match(run.complaint, /^tapi2ws: Windows did not start this process as a service/);
  assert.equal(word.code, 2);
  assert.match(word.complaint, /expected one of install, uninstall, start, stop, status/);
  assert.equal(flag.code, 2);
  assert.match(flag.complaint, /settings from the settings file/);
});
