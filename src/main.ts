/**
 * The process. Rights come first, then the connection to the service control manager, which waits for
 * no more than 30 seconds, and only then everything else with its packages.
 */
import { WINDOWS_RIGHTS } from "./rights.ts";
import { SERVICE_NAME } from "./windows/names.ts";
import { ServiceProcess } from "./windows/service_process.ts";

/** Windows starts the service by these words. */
const isService = Deno.args[0] === "service" && Deno.args[1] === "run";
const service = isService && WINDOWS_RIGHTS !== undefined
  ? new ServiceProcess(WINDOWS_RIGHTS.windows, WINDOWS_RIGHTS.serviceCallbacks, SERVICE_NAME)
  : undefined;

const { main } = await import("./cli/main.ts");
// Exits even when a function of the library never returns from its thread.
Deno.exit(await main(Deno.args, WINDOWS_RIGHTS, service));
