/**
 * A service that starts slowly: it reports whether it has standard handles, runs once the file "go" is
 * on the stage, and stops with a service-specific error.
 */
import { WINDOWS_RIGHTS } from "../../src/rights.ts";
import { SERVICE_NAME } from "../../src/windows/names.ts";
import { ServiceProcess } from "../../src/windows/service_process.ts";

const STAGE = "Z:\\mnt\\stage";
const SPECIFIC_EXIT_CODE = 77;

if (WINDOWS_RIGHTS === undefined) throw new Error("No libraries");
const { windows, serviceCallbacks } = WINDOWS_RIGHTS;
const service = new ServiceProcess(windows, serviceCallbacks, SERVICE_NAME);
await service.connected;

// deno-lint-ignore no-console -- must not throw where there is nothing to write to
console.error("Nobody reads this");
const stdin = await Deno.stdin.read(new Uint8Array(1)).then(() => "there", () => "none");
Deno.writeTextFileSync(`${STAGE}\\stdin.txt`, stdin);

const watcher = Deno.watchFs(STAGE);
const isThere = () => [...Deno.readDirSync(STAGE)].some(({ name }) => name === "go");
if (!isThere()) { for await (const _ of watcher) if (isThere()) break; }
service.running();
await service.stopRequested;
service.stopping();
await service.stopped(SPECIFIC_EXIT_CODE);
Deno.exit(0);
