/** The program as a process: its commands, settings that change while it runs, audit, start-up warning. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { RecordingClient } from "../support/client.ts";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import { Folder } from "../support/folder.ts";
import { fakeArgs, ProgramProcess } from "../support/process.ts";
import { V2TestClient } from "../support/v2_client.ts";

const run = (...args: string[]) => ProgramProcess.run(args);

Deno.test("token NAME prints a token once, and the table that makes it work", async () => {
  await using folder = await Folder.make();
  const { code, output } = await run("token", 'the "CRM"');
  assert.equal(code, 0);
  const [token = ""] = output.match(/^[\w-]{43}$/m) ?? [];
  const toml = output.slice(output.indexOf("[[token]]"));
  assert(toml.includes(createHash("sha256").update(token).digest("hex")));
  const config = await folder.write("tapi2ws.toml", `anonymous = false\n${toml}`);
  await using process = new ProgramProcess(fakeArgs(`--config=${config}`));
  const port = await process.port();
  await using client = await V2TestClient.connect(port, `tapi2ws.token.${token}`);
  assert.equal((await client.hello).identity.name, 'the "CRM"');
  await using other = await RecordingClient.connect(port, "/?token=guessed");
  await other.until(() => other.closed !== undefined);
  assert.equal(other.closed?.code, 4401);
  assert.notEqual((await run("token", "crm")).output, output);
});

Deno.test("lines lists the lines, as a table and as JSON", async () => {
  const table = await run("lines", ...fakeArgs("--fake-extensions=3"));
  assert.equal(table.code, 0, table.log);
  assert.match(table.output, /^line +name +status +provider$/m);
  assert.match(table.output, /^201 .* open /m);
  const json = await run(
    "lines",
    "--json",
    ...fakeArgs("--fake-extensions=3"),
    "--lines",
    "202",
    "203",
  );
  const lines = JSON.parse(json.output);
  assert.deepEqual(
    lines.map(({ line, status }: { line: string; status: string }) => [line, status]),
    [["202", "open"], ["203", "open"]],
  );
});

Deno.test("doctor: all is well, and it exits with 0", async () => {
  const { code, output, log } = await run("doctor", ...fakeArgs("--fake-extensions=2"));
  assert.equal(code, 0, output + log);
  assert.match(output, /^fine +settings:/m);
  assert.match(output, /^fine +library: the fake exchange/m);
  assert.match(output, /^fine +drivers: tapi2wsfake\.tsp$/m);
  assert.match(output, /^fine +line 202: open/m);
  assert.match(output, /^fine +port 0: free/m);
  assert.match(output, /^note +certificate: none/m);
  const open = await run("doctor", "--json", "--provider=fake", "--port=0", "--fake-rate=0");
  const { healthy, findings } = JSON.parse(open.output);
  assert.equal(healthy, true);
  const rights = findings.find(({ about }: { about: string }) => about === "rights");
  assert.equal(rights.result, "note");
  assert.match(rights.message, /can dial/);
});

Deno.test("doctor: what is wrong is said with what to do, and it exits with 1", async () => {
  const wrong = await run("doctor", "--port", "x");
  assert.equal(wrong.code, 1);
  assert.match(wrong.output, /^wrong +settings: Cannot use --port = "x".*\n +-> /m);

  const library = await run(
    "doctor",
    "--provider=tapi32",
    "--tapi-library=/no/tapi32.dll",
    "--port=0",
  );
  assert.equal(library.code, 1);
  assert.match(library.output, /^wrong +library: Cannot open.*\n +-> /m);

  const none = await run("doctor", "--json", ...fakeArgs("--lines=nowhere"));
  assert.equal(none.code, 1);
  const { healthy, findings } = JSON.parse(none.output);
  assert.equal(healthy, false);
  assert(
    findings.some(({ about, result }: Record<string, string>) =>
      about === "lines" && result === "wrong"
    ),
  );

  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = await run(
    "doctor",
    ...fakeArgs(`--port=${taken.addr.port}`, "--log-file=/does/not/exist/log"),
  );
  assert.equal(port.code, 1);
  assert.match(port.output, /^wrong +port \d+: another program uses the port\n +-> /m);
  assert.match(port.output, /^wrong +log\.file: .*cannot be written.*\n +-> /m);
});

Deno.test("doctor: a Tapi2Ws that has the port is no trouble", async () => {
  await using process = new ProgramProcess(fakeArgs());
  const port = await process.port();
  const doctor = await run("doctor", ...fakeArgs(`--port=${port}`));
  assert.equal(doctor.code, 0, doctor.output);
  assert.match(doctor.output, /^fine +port \d+: Tapi2Ws is running/m);
});

Deno.test("anyone may dial: one warning at the start, not where only this machine gets in", async () => {
  await using open = new ProgramProcess(["--provider=fake", "--port=0", "--fake-rate=0"]);
  await open.logged(/lines are open/);
  assert.equal(open.log.match(/can dial/g)?.length, 1);
  await using closed = new ProgramProcess(fakeArgs());
  await closed.logged(/lines are open/);
  assert.doesNotMatch(closed.log, /can dial/);
});

Deno.test("changed settings: rules at once, the rest with the next start, wrong ones not at all", async () => {
  await using folder = await Folder.make();
  const sha256 = createHash("sha256").update("t1").digest("hex");
  const token = `[[token]]\nname = "one"\nsha256 = "${sha256}"\nlines = ["*"]\n`;
  const config = await folder.write("tapi2ws.toml", `lineType = "string"\n${token}`);
  await using process = new ProgramProcess(fakeArgs(`--config=${config}`));
  const port = await process.port();
  await process.logged(/lines are open/);
  await using client = await V2TestClient.connect(port, "tapi2ws.token.t1");
  await client.hello;
  const asked = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { origin: "https://crm.example.com" },
    });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await asked(), 403);

  await folder.write("tapi2ws.toml", `allowOrigins = ["https://crm.example.com"\n${token}`);
  await process.logged(/settings are not used: .*tapi2ws\.toml: line 2/);
  assert.equal(await asked(), 403);
  assert.equal(client.closed, undefined);

  const allow = 'allowOrigins = ["https://crm.example.com"]\n';
  await folder.write("tapi2ws.toml", `${allow}lineType = "number"\n${token}`);
  await process.logged(/changed settings are in use/);
  await process.logged(/take effect with the next start: lineType/);
  assert.equal(await asked(), 200);
  assert.equal(client.closed, undefined);

  // Written in place, as some editors do.
  await Deno.writeTextFile(config, `${allow}anonymous = false\n`);
  assert.equal((await client.until(() => client.closed)).code, 4401);
});

Deno.test({
  name: "a renewed certificate is picked up from its files",
  ignore: !hasOpenSsl,
  async fn() {
    await using folder = await Folder.make();
    const [old, renewed] = await Promise.all([makeCertificate("old"), makeCertificate("new")]);
    const cert = await folder.write("cert.pem", old.cert);
    const key = await folder.write("key.pem", old.key);
    await using process = new ProgramProcess(
      fakeArgs(`--tls-cert=${cert}`, `--tls-key=${key}`),
    );
    const port = await process.port();
    using before = Deno.createHttpClient({ caCerts: [old.root] });
    using after = Deno.createHttpClient({ caCerts: [renewed.root] });
    const socket = new WebSocket(`wss://localhost:${port}/`, { client: before });
    await new Promise((resolve) => socket.onopen = resolve);
    await folder.write("cert.pem", renewed.cert);
    await folder.write("key.pem", renewed.key);
    await process.logged(/new certificate is in use/);
    const response = await fetch(`https://localhost:${port}/healthz`, { client: after });
    assert.equal((await response.json()).status, "ok");
    assert.equal(socket.readyState, WebSocket.OPEN);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  },
});

Deno.test("commands are logged in a file of their own, with masked or full numbers", async () => {
  await using folder = await Folder.make();
  const audit = folder.at("audit.jsonl");
  for (const mask of [true, false]) {
    const args = fakeArgs(`--audit-file=${audit}`, `--log-mask-numbers=${mask}`);
    await using process = new ProgramProcess(args);
    await using client = await V2TestClient.connect(await process.port());
    await process.logged(/lines are open/);
    await client.ask({ cmd: "dial", line: "201", number: "+441632960123" });
    await client.ask({ cmd: "dial", line: "999", number: "1" });
    assert.doesNotMatch(process.log, /anonymous at/);
  }
  const entries = (await Deno.readTextFile(audit)).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const [masked, unknown, whole] = entries;
  assert.match(masked.at, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.match(masked.address, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual({ ...masked, at: "", address: "" }, {
    at: "",
    identity: "anonymous",
    address: "",
    cmd: "dial",
    line: "201",
    number: "+*********123",
    result: "done",
  });
  assert.deepEqual([unknown.result, unknown.message], ["unknown_line", "There is no such line"]);
  assert.equal(whole.number, "+441632960123");
  assert.equal(entries.length, 4);
});
