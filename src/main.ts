/**
 * The process: opens native libraries first, then connects to the service control manager, which waits
 * 30 seconds at most, and loads everything else last.
 */
import { WINDOWS_RIGHTS } from "./rights.ts";
import { SERVICE_NAME } from "./windows/names.ts";
import { ServiceProcess } from "./windows/service_process.ts";

/** The command line by which Windows starts the service. */
const isService = Deno.args[0] === "service" && Deno.args[1] === "run";
const service = isService && WINDOWS_RIGHTS !== undefined
  ? new ServiceProcess(WINDOWS_RIGHTS.windows, WINDOWS_RIGHTS.serviceCallbacks, SERVICE_NAME)
  : undefined;

const { main } = await import("./cli/main.ts");
// Exits even when a function of the library never returns from its thread.
Deno.exit(await main(Deno.args, WINDOWS_RIGHTS, service));
