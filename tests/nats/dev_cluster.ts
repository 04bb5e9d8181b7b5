/**
 * The task `dev:cluster`: a NATS server, two sites on fake exchanges and two gateways, for developers.
 * Everything ends with Ctrl+C.
 */
import { NatsServers } from "../support/nats.ts";
import { fakeArgs, ProgramProcess } from "../support/process.ts";

const folder = await Deno.makeTempDir({ prefix: "tapi2ws-cluster-" });
await using nats = await NatsServers.start();
const [url = ""] = nats.urls;
await using running = new AsyncDisposableStack();

function say(line: string): void {
  // deno-lint-ignore no-console -- where to connect is this script's result
  console.log(line);
}

async function start(name: string, settings: string, args: readonly string[]): Promise<void> {
  const config = `${folder}/${name}.toml`;
  await Deno.writeTextFile(config, settings);
  const process = running.use(new ProgramProcess(["--config", config, ...args]));
  say(`${name.padEnd(10)} http://127.0.0.1:${await process.port()}/`);
}

const servers = `[nats]\nservers = ["${url}"]\n`;
say(`NATS       ${url}`);
for (const [index, site] of ["berlin", "munich"].entries()) {
  const settings = `${servers}site = "${site}"
number = ${index + 1}
[nats.grant]
can = ["monitor", "control"]
`;
  await start(site, settings, fakeArgs(`--port=${43011 + index}`, "--fake-rate=12"));
}
for (const [index, gateway] of ["gateway 1", "gateway 2"].entries()) {
  const settings = `provider = "nats"
host = "127.0.0.1"
port = ${43001 + index}
${servers}
[anonymous]
can = ["monitor", "control"]
`;
  await start(gateway, settings, []);
}
const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, stopped.resolve);
}
await stopped.promise;
await Deno.remove(folder, { recursive: true });
