/** Sites and gateways as processes: started by their settings files, examined by doctor, and killed. */
import assert from "node:assert/strict";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { FakeExchange, ProgramProcess } from "../support/process.ts";
import { V2TestClient } from "../support/v2_client.ts";

/** A new folder with the settings of a site and of a gateway. @param ofSite More of the site's. */
async function settingsFolder(nats: NatsServers, ofSite = ""): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-site-" });
  const servers = `[nats]\nservers = ["${nats.urls[0]}"]\n`;
  const control = 'can = ["monitor", "control"]\n';
  await Deno.writeTextFile(
    `${folder}/site.toml`,
    `journal = false\n${servers}site = "berlin"\nnumber = 1\n[nats.grant]\n${control}${ofSite}`,
  );
  await Deno.writeTextFile(
    `${folder}/gateway.toml`,
    `provider = "nats"\nhost = "127.0.0.1"\nport = 0\n${servers}[anonymous]\n${control}`,
  );
  return folder;
}

Deno.test({
  name: "a site that is killed closes its lines at the gateway, and its next life opens them",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-site-" });
    const servers = `[nats]\nservers = ["${nats.urls[0]}"]\n`;
    const writeSite = (can: string) =>
      Deno.writeTextFile(
        `${folder}/site.toml`,
        `${servers}site = "berlin"\nnumber = 1\n[nats.grant]\ncan = [${can}]\n`,
      );
    await writeSite('"monitor", "control"');
    await Deno.writeTextFile(
      `${folder}/gateway.toml`,
      `provider = "nats"\nhost = "127.0.0.1"\nport = 0\n${servers}[anonymous]\ncan = ["monitor", "control"]\n`,
    );
    const startSite = () =>
      FakeExchange.start(`--config=${folder}/site.toml`, "--fake-extensions=3");
    await using gateway = new ProgramProcess(["--config", `${folder}/gateway.toml`]);
    await gateway.logged(/The gateway is ready/);
    const port = await gateway.port();
    const first = await startSite();
    await using client = await V2TestClient.connect(port);
    await client.ask({ cmd: "subscribe" });
    const lines = () => {
      const now = new Map<string, string>();
      for (const { type, line } of client.events) {
        if (type === "line") now.set(line.line, line.status);
      }
      return [...now];
    };
    const all = (status: string) =>
      until(() => lines().length === 3 && lines().every(([, now]) => now === status), () => status);
    await all("open");
    const dialled = await client.ask({ cmd: "dial", line: "berlin/201", number: "202" });
    await client.until(() =>
      client.events.find(({ call }) => call?.line === "berlin/202" && call.state === "OFFERING")
    );
    const doctor = await ProgramProcess.run(["doctor", "--config", `${folder}/gateway.toml`]);
    assert.match(doctor.output, /NATS: connected to nats:/);
    assert.match(doctor.output, /streams: TAPI2WS, TAPI2WS_SITES/);
    assert.match(doctor.output, /sites: berlin up/);
    assert.match(doctor.output, /clock of berlin: as here/);

    const samples = async (server: number) =>
      await (await fetch(`http://127.0.0.1:${server}/metrics`)).text();
    assert.match(await samples(port), /^tapi2ws_nats_sites\{state="up"\} 1$/m);
    for (const server of [port, first.port]) {
      assert.match(await samples(server), /^tapi2ws_nats_connected 1$/m);
      assert.match(await samples(server), /^tapi2ws_nats_(?:waiting|missing)_events 0$/m);
    }
    const sites = async () => {
      const ready = await (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
      return ready.nats.sites;
    };
    assert.deepEqual(await sites(), [{ site: "berlin", state: "up" }]);

    const journal = async () =>
      await (await fetch(`http://127.0.0.1:${port}/api/v2/journal`)).json();
    const brief = await client.ask({ cmd: "dial", line: "berlin/203", number: "202" });
    await client.ask({ cmd: "drop", call: brief.result.call });
    await client.until(() =>
      client.events.find(({ change, call }) => change === "ended" && call.id === brief.result.call)
    );
    const { entries } = await journal();
    assert(entries.some(({ call }: { call: number }) => call === brief.result.call));

    const endedBefore = client.events.filter(({ change }) => change === "ended").length;
    await first[Symbol.asyncDispose]();
    await all("closed");
    assert.deepEqual(await sites(), [{ site: "berlin", state: "lost" }]);
    const ended = client.events.filter(({ change }) => change === "ended");
    assert.equal(ended.length - endedBefore, 2);
    assert(ended.some(({ call }) => call.id === dialled.result.call));
    await writeSite('"control"');
    await using second = await startSite();
    await all("open");
    assert.deepEqual(await journal(), { entries: [], missing: ["berlin"] });
    // The numbers of calls of another life are others.
    const again = await client.ask({ cmd: "dial", line: "berlin/201", number: "202" });
    assert(again.result.call > dialled.result.call);
    const gone = await client.ask({ cmd: "drop", call: dialled.result.call });
    assert.equal(gone.error.code, "unknown_call");
    void second;
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "numbers are read by the site's rules, and one that is raw is dialled as it is",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const folder = await settingsFolder(
      nats,
      '[numbers]\ncountry = "DE"\nareaCode = "30"\noutsidePrefix = "0"\nextensionLengths = [3]\n',
    );
    await using gateway = new ProgramProcess(["--config", `${folder}/gateway.toml`]);
    await gateway.logged(/The gateway is ready/);
    await using site = await FakeExchange.start(
      `--config=${folder}/site.toml`,
      "--fake-extensions=2",
    );
    void site;
    await using client = await V2TestClient.connect(await gateway.port());
    await client.ask({ cmd: "subscribe" });
    await client.until(() =>
      client.events.filter(({ line }) => line?.status === "open").length === 2
    );
    const called = async (line: string, more: object) => {
      const { result } = await client.ask({ cmd: "dial", line, number: "030201", ...more });
      return await client.until(() =>
        client.events.find(({ call }) => call?.id === result.call && call.called.number !== "")
          ?.call.called.number
      );
    };
    assert.equal(await called("berlin/201", {}), "0030201");
    assert.equal(await called("berlin/202", { raw: true }), "030201");
    await Deno.remove(folder, { recursive: true });
  },
});
