/** The doctor's checks of Windows: services, write access, firewall, time service. */
import type { Settings } from "../settings/settings.ts";
import { Access } from "../windows/access.ts";
import { ERROR } from "../windows/constants.ts";
import { reachOf } from "../windows/firewall.ts";
import { type Folders, foldersOf } from "../windows/folders.ts";
import { SERVICE_NAME } from "../windows/names.ts";
import { Registry } from "../windows/registry.ts";
import { Service } from "../windows/service.ts";
import { type Windows, WindowsError } from "../windows/windows.ts";
import { type Finding, fine, note, wrong } from "./findings.ts";
import { firewallRule } from "./install.ts";
import { programPath } from "./machine.ts";
import { describeState } from "./service_control.ts";

const VERSION_KEY = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
/** The first build of Windows 11, whose ProductName is still Windows 10. */
const FIRST_BUILD_OF_11 = 22_000;

const INSTALL = "tapi2ws service install installs it.";
/** The names of groups that SDDL writes as two letters. */
const GROUPS: Readonly<Record<string, string>> = {
  WD: "Everyone",
  AU: "Authenticated Users",
  BU: "Users",
  IU: "interactive users",
  AN: "anonymous users",
  BG: "Guests",
};

/** Such as `Windows Server 2022 Standard, build 20348.2340`. @throws WindowsError */
export function windowsVersion(windows: Windows): string {
  const values = new Registry(windows).values(VERSION_KEY);
  const [name, build, revision] = ["ProductName", "CurrentBuild", "UBR"].map((key) =>
    values.get(key)
  );
  const product = Number(build) >= FIRST_BUILD_OF_11
    ? String(name).replace(/^Windows 10/, "Windows 11")
    : name;
  return `${product}, build ${build}${revision === undefined ? "" : `.${revision}`}`;
}

/** @throws WindowsError */
export function windowsBuild(windows: Windows): number {
  return Number(new Registry(windows).values(VERSION_KEY).get("CurrentBuild"));
}

/** Runs every check of Windows; a check that fails is a note. */
export function checkWindows(windows: Windows, settings: Settings): Finding[] {
  const folders = foldersOf(windows);
  const checks: readonly (readonly [about: string, check: () => Finding[]])[] = [
    ["service", () => [checkService(windows)]],
    ["Telephony", () => [checkTelephony(windows)]],
    ["folders", () => checkFolders(windows, folders)],
    ["firewall", () => [checkFirewall(windows, settings, folders)]],
    ["time service", () => [checkTime(windows)]],
  ];
  return checks.flatMap(([about, check]) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof WindowsError)) throw error;
      return [note(about, `cannot be checked: ${error.message}`)];
    }
  });
}

function checkService(windows: Windows): Finding {
  const service = new Service(windows, SERVICE_NAME);
  const [state, config] = [service.state(), service.config()];
  if (state === undefined || config === undefined) return note("service", "not installed", INSTALL);
  const message = `${describeState(windows, state)}; ${config.startType}, as ${config.account}`;
  const hasFailed = ![0, ERROR.SERVICE_NEVER_STARTED].includes(state.exitCode);
  if (state.state === "stopped" && hasFailed) {
    return wrong("service", message, "Its log and the Application log of Windows have the reason.");
  }
  const isOn = state.state === "running" && config.startType === "automatic";
  return isOn
    ? fine("service", message)
    : note("service", message, "tapi2ws service start starts it.");
}

function checkTelephony(windows: Windows): Finding {
  const about = "Telephony";
  const state = new Service(windows, "TapiSrv").state();
  if (state === undefined) {
    return wrong(
      about,
      "there is no such service",
      "Use an edition of Windows with it: every driver needs it.",
    );
  }
  return fine(about, describeState(windows, state));
}

function checkFolders(windows: Windows, folders: Folders): Finding[] {
  const access = new Access(windows);
  const account = new Service(windows, SERVICE_NAME).config()?.account;
  if (account === undefined) return [];
  const sid = access.sidOf(account);
  return Object.values(folders).map((folder) => {
    // The service only reads its executable.
    const writers = access.of(folder).writers(folder === folders.data ? sid : undefined);
    if (writers.length === 0) return fine(folder, "only administrators and the service can write");
    const names = writers.map((writer) => GROUPS[writer] ?? writer).join(", ");
    const advice = "Anyone who can write there can run programs as the service: remove that right.";
    return wrong(folder, `can be written by ${names}`, advice);
  });
}

function checkFirewall(
  windows: Windows,
  { host, port }: Settings,
  folders: Folders,
): Finding {
  const about = "firewall";
  if (/^(127\.|::1$|localhost$)/.test(host)) {
    return fine(about, "not needed: the server listens for this machine only");
  }
  const isInstalled = new Service(windows, SERVICE_NAME).state() !== undefined;
  const program = isInstalled ? `${folders.program}\\tapi2ws.exe` : programPath();
  const reach = reachOf(windows, port, program);
  if (reach === "off") return note(about, "off: any machine can connect");
  if (reach === "open") return fine(about, `a rule lets other machines connect to port ${port}`);
  if (reach === "blocked") {
    return wrong(
      about,
      `a rule blocks port ${port} for other machines`,
      "Remove the rule: wf.msc shows it.",
    );
  }
  return note(
    about,
    `no rule lets other machines connect to port ${port}`,
    firewallRule(program, port),
  );
}

function checkTime(windows: Windows): Finding {
  const about = "time service";
  const state = new Service(windows, "W32Time").state();
  if (state?.state === "running") return fine(about, "running");
  const advice =
    "Times in the journal, and access tokens that expire, need a clock that is right: " +
    "start the Windows service W32Time.";
  return note(about, state === undefined ? "not there" : describeState(windows, state), advice);
}
