/** `tapi2ws service install`: installs the Windows service, or updates it. */
import { resolve } from "node:path";
import type { Settings } from "../settings/settings.ts";
import { Access, LOCAL_SYSTEM } from "../windows/access.ts";
import { EventLog } from "../windows/event_log.ts";
import { foldersOf } from "../windows/folders.ts";
import { SERVICE_NAME, VIRTUAL_ACCOUNT } from "../windows/names.ts";
import { Service } from "../windows/service.ts";
import type { Windows } from "../windows/windows.ts";
import type { Invocation, Outcome } from "./invocation.ts";
import { askSecret, copyProgram, createFile } from "./machine.ts";
import { ServiceCommandError, startAndWait, stopIfRunning } from "./service_control.ts";

const DESCRIPTION =
  "Sends the calls of this server's TAPI lines to programs and web pages on the " +
  "network, as JSON over WebSocket";
/** Telephony: a service that uses TAPI while Telephony is starting can block both. */
const DEPENDENCIES = ["TapiSrv"];
const RESTART_DELAYS_MS = [5000, 60_000];
/** Stopping takes up to 5 seconds; the default of Windows is 10. */
const PRESHUTDOWN_TIMEOUT_MS = 20_000;

const FIRST_SETTINGS =
  `# Settings of Tapi2Ws. tapi2ws --help lists them; most take effect when this file is saved.
# Relative paths are relative to this file.
`;

/**
 * Checks the settings, copies the program to its folder, makes the folder for its data, and installs
 * and starts the service. An installed service is updated to this executable and these arguments.
 *
 * @throws SettingsError, ServiceCommandError or WindowsError
 */
export async function install(
  windows: Windows,
  { readSettings, flags }: Invocation,
): Promise<Outcome> {
  const settings = readSettings();
  const service = new Service(windows, SERVICE_NAME);
  service.checkRights();
  const account = accountOf(flags.get("account")?.[0] ?? VIRTUAL_ACCOUNT);
  const access = new Access(windows);
  const sid = access.sidOf(account);
  if (sid === undefined) throw new ServiceCommandError(`There is no account ${account}`);
  const password = await passwordOf(account);
  const folders = foldersOf(windows);

  await stopIfRunning(service);
  const program = copyProgram(folders.program);
  const before = access.makePrivateFolder(folders.data, sid);
  const standardFile = `${folders.data}\\tapi2ws.toml`;
  const config = flags.get("config")?.[0];
  const settingsFile = config === undefined ? standardFile : resolve(config);
  if (config === undefined) createFile(settingsFile, FIRST_SETTINGS);
  new EventLog(windows, SERVICE_NAME).install();
  const isNew = service.install({
    displayName: SERVICE_NAME,
    description: DESCRIPTION,
    commandLine: `"${program}" service run --config "${settingsFile}"`,
    account,
    password,
    dependencies: DEPENDENCIES,
    restartDelaysMs: RESTART_DELAYS_MS,
    preshutdownTimeoutMs: PRESHUTDOWN_TIMEOUT_MS,
  });
  const text = [
    `The service ${SERVICE_NAME} is ${isNew ? "installed" : "updated"}.`,
    ...places(program, settingsFile, settings, account),
    ...before === undefined || before.isTrusted(sid) ? [] : [
      `${folders.data} existed already, owned by ${before.owner}: check the files in it`,
    ],
    "To let other machines connect, add a firewall rule:",
    `  ${firewallRule(program, settings.port)}`,
  ];
  try {
    await startAndWait(windows, service);
  } catch (error) {
    if (!(error instanceof ServiceCommandError)) throw error;
    return { text: [...text, error.message].join("\n"), exitCode: 1 };
  }
  return { text: [...text, "The service is running"].join("\n"), exitCode: 0 };
}

/** The account as the service control manager writes it. */
function accountOf(name: string): string {
  if (/^(NT AUTHORITY\\)?(Local ?)?System$/i.test(name)) return LOCAL_SYSTEM;
  // An account of this machine.
  return name.includes("\\") || name.includes("@") ? name : `.\\${name}`;
}

/** The password as Windows wants it; only accounts of people have one. */
async function passwordOf(account: string): Promise<string | null> {
  // Managed accounts end with a $.
  if (/^NT SERVICE\\|\$$/i.test(account)) return null;
  if (account === LOCAL_SYSTEM || /^NT AUTHORITY\\/i.test(account)) return "";
  return await askSecret(`Password of ${account}: `);
}

function places(
  program: string,
  settingsFile: string,
  { log, journal }: Settings,
  account: string,
): string[] {
  return [
    ["program", program],
    ["settings", settingsFile],
    ["log", log.file ?? "none"],
    ["journal", journal?.file ?? "none"],
    ["account", account],
  ].map(([name = "", value]) => `  ${name.padEnd(10)}${value}`);
}

/** The command that lets other machines connect to the port. */
export function firewallRule(program: string, port: number): string {
  return `netsh advfirewall firewall add rule name=${SERVICE_NAME} dir=in action=allow ` +
    `protocol=TCP localport=${port} remoteip=localsubnet program="${program}"`;
}
