/** A server without `[nats]`: it runs where the code of sites and gateways does not even exist. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeExchange, ProgramProcess } from "../support/process.ts";
import { ProgramCopy } from "../support/program_copy.ts";
import { V2TestClient } from "../support/v2_client.ts";

Deno.test("a server without [nats] loads nothing of it at run time; one with it does", async () => {
  using copy = new ProgramCopy();
  Deno.removeSync(join(copy.root, "src/nats"), { recursive: true });
  await using exchange = await FakeExchange.startFrom(copy.root, "--fake-extensions=2");
  await using client = await V2TestClient.connect(exchange.port);
  await client.ask({ cmd: "subscribe" });
  await client.ask({ cmd: "dial", line: "201", number: "202" });
  await client.until(() => client.events.find(({ call }) => call?.line === "202"));
  const ready = await fetch(`http://127.0.0.1:${exchange.port}/readyz`);
  assert.equal(ready.status, 200);
  await ready.body?.cancel();
  assert.match(await (await fetch(`http://127.0.0.1:${exchange.port}/metrics`)).text(), /tapi2ws_/);

  const settings = join(copy.root, "gateway.toml");
  Deno.writeTextFileSync(
    settings,
    'provider = "nats"\nport = 0\n[nats]\nservers = ["nats://127.0.0.1:1"]\n',
  );
  await using gateway = new ProgramProcess(["--config", settings], {}, copy.root);
  assert.notEqual(await gateway.exitCode(), 0);
  assert.match(gateway.log, /nats\/gateway\.ts/);
});
