/** `tapi2ws doctor`: tries everything that the server needs, reports what is wrong, and what to do. */
import { describeError } from "../log.ts";
import { loadNumbers } from "../numbers/load.ts";
import { VERSION } from "../program.ts";
import { ADVICE, adviceOn } from "../model/advice.ts";
import { readCertificate } from "../settings/certificate.ts";
import { SettingsError } from "../settings/setting.ts";
import { isOpenToDial, type Settings } from "../settings/settings.ts";
import { LibraryError } from "../tapi/library.ts";
import type { Windows } from "../windows/windows.ts";
import { checkDriverAge, checkDrivers, checkVendors, INSTALL_DRIVER } from "./driver_checks.ts";
import { checkDirectory } from "./directory_checks.ts";
import { type Finding, fine, lineOf, note, wrong } from "./findings.ts";
import { checkNats } from "./nats_checks.ts";
import {
  answersOn,
  endOfFile,
  hostName,
  portProblem,
  runtimeVersion,
  silentForSeconds,
  systemName,
  writeProblem,
  writeReport,
} from "./machine.ts";
import { LOG_LINES, reportOf } from "./report.ts";
import { survey } from "./survey.ts";
import { checkWindows, windowsBuild, windowsVersion } from "./windows_checks.ts";

export interface Diagnosis {
  /** The text to print. */
  readonly text: string;
  /** Whether nothing is wrong. */
  readonly healthy: boolean;
}

const DAY_MS = 86_400_000;
/** A certificate that expires within so many days is reported. */
const SOON_DAYS = 14;

/** The options of the doctor. */
export interface DoctorOptions {
  readonly readSettings: () => Settings;
  readonly windows: Windows | undefined;
  /** Whether to print JSON. */
  readonly json: boolean;
  /** The path of a report to write. */
  readonly report: string | undefined;
}

/** Runs every check that the settings allow. @throws SettingsError when the report cannot be written. */
export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  const { windows, json, report } = options;
  const settings = settingsOrError(options.readSettings);
  const findings = [...checkMachine(windows), ...await check(settings, windows)];
  const healthy = findings.every(({ result }) => result !== "wrong");
  if (report !== undefined) {
    const usable = settings instanceof SettingsError ? undefined : settings;
    const log = usable?.log.file === undefined ? "" : endOfFile(usable.log.file, LOG_LINES);
    const text = reportOf({ at: new Date(), findings, settings: usable, log, host: hostName() });
    writeReport(report, text);
    return { text: `The report is in ${report}: check it before you send it`, healthy };
  }
  const text = json
    ? JSON.stringify({ healthy, findings }, null, 2)
    : findings.map(lineOf).join("\n");
  return { text, healthy };
}

function settingsOrError(readSettings: () => Settings): Settings | SettingsError {
  try {
    return readSettings();
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
}

/** Checks that need no settings. */
function checkMachine(windows: Windows | undefined): Finding[] {
  const system = windows === undefined ? systemName() : windowsVersion(windows);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return [
    fine("versions", `Tapi2Ws ${VERSION}, ${runtimeVersion()}, ${system}`),
    fine("clock", `${new Date().toISOString()}, time zone ${timeZone}`),
  ];
}

async function check(
  settings: Settings | SettingsError,
  windows: Windows | undefined,
): Promise<Finding[]> {
  if (settings instanceof SettingsError) {
    return [wrong("settings", settings.message, "Correct it; tapi2ws --help lists the settings.")];
  }
  return [
    fine("settings", "valid"),
    ...windows === undefined ? [] : checkWindows(windows, settings),
    // A gateway has no lines of its own.
    ...settings.provider === "nats" ? [] : await checkLines(settings, windows),
    ...await checkNats(settings.nats),
    ...await checkPort(settings),
    ...checkCertificate(settings, Date.now()),
    ...checkAccess(settings, Date.now()),
    ...checkFiles(settings),
    ...await checkNumbers(settings),
    ...await checkDirectory(settings),
  ];
}

async function checkLines(
  settings: Settings,
  windows: Windows | undefined,
): Promise<Finding[]> {
  try {
    const { library, drivers, isUp, lines } = await survey(settings);
    const findings = [
      fine("library", library),
      checkDrivers(drivers),
      ...windows === undefined
        ? []
        : checkDriverAge(drivers, windowsBuild(windows), windows.systemFolder),
    ];
    if (!isUp) {
      const message = "TAPI cannot be initialised";
      return [...findings, wrong("telephony", message, ADVICE.LINEERR_SERVICE_NOT_RUNNING)];
    }
    if (lines.length === 0) {
      const message = "there are none, or none that the setting lines includes";
      return [...findings, wrong("lines", message, INSTALL_DRIVER)];
    }
    return [
      ...findings,
      ...lines.map(({ line, status, error }) => {
        if (status === "open") return fine(`line ${line}`, status);
        const message = error === undefined ? status : `${status}: ${error}`;
        return wrong(`line ${line}`, message, adviceOn(error, status));
      }),
      ...checkVendors(lines),
    ];
  } catch (error) {
    if (!(error instanceof LibraryError || error instanceof SettingsError)) throw error;
    const advice = "Correct --tapi-library; on Windows, the default is right.";
    return [wrong("library", describeError(error), advice)];
  }
}

async function checkPort({ host, port, tls }: Settings): Promise<Finding[]> {
  const about = `port ${port}`;
  const problem = portProblem(host, port);
  if (problem === undefined) return [fine(about, "free")];
  if (await answersOn(host, port, tls !== undefined)) {
    const silent = await silentForSeconds(host, port, tls !== undefined);
    return [
      fine(about, "Tapi2Ws is running and answers"),
      ...silent === undefined ? [] : [
        note("calls", `none was heard for ${Math.floor(silent / 60)} min`, ADVICE.silent),
      ],
    ];
  }
  const advice = "Stop the program that uses it (netstat -abno), or set another port or host.";
  return [wrong(about, problem, advice)];
}

function checkCertificate({ tls }: Settings, nowMs: number): Finding[] {
  const about = "certificate";
  if (tls === undefined) {
    const message = "none: pages served over https cannot connect";
    return [note(about, message, "Set tls.cert and tls.key.")];
  }
  const { names, subject, validFromMs, validToMs } = readCertificate(tls);
  const until = new Date(validToMs).toISOString().slice(0, 10);
  const message = `for ${names || subject}, the key fits, valid until ${until}`;
  const advice = "Replace the files by a new certificate and key; they take effect at once.";
  if (validToMs <= nowMs) return [wrong(about, `${message}: expired`, advice)];
  if (validFromMs > nowMs) {
    return [wrong(about, `not valid before ${new Date(validFromMs).toISOString()}`, advice)];
  }
  const isSoon = validToMs - nowMs < SOON_DAYS * DAY_MS;
  return [isSoon ? note(about, message, advice) : fine(about, message)];
}

function checkAccess(settings: Settings, nowMs: number): Finding[] {
  const expired = settings.rules.tokens.filter(({ expiresAtMs = Infinity }) => expiresAtMs <= nowMs)
    .map(({ name }) => note(`token ${name}`, "expired", "Remove it from the settings file."));
  if (!isOpenToDial(settings)) return expired;
  const advice = "Make tokens with tapi2ws token NAME, then set anonymous = false.";
  return [note("rights", "anyone who can reach the port can dial", advice), ...expired];
}

async function checkNumbers({ numbers }: Settings): Promise<Finding[]> {
  if (numbers === undefined) return [];
  try {
    await loadNumbers(numbers);
    const { country, examples } = numbers;
    return [fine("numbers", `read as in ${country}; ${examples.length} examples hold`)];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const advice = "Correct it; tapi2ws number TEXT shows what becomes of a number.";
    return [wrong("numbers", error.message, advice)];
  }
}

function checkFiles({ log, audit, journal }: Settings): Finding[] {
  const files = { "log.file": log.file, "audit.file": audit.file, "journal.file": journal?.file };
  return Object.entries(files).flatMap(([about, path]) => {
    if (path === undefined || path === ":memory:") return [];
    const problem = writeProblem(path);
    if (problem === undefined) return [fine(about, `${path} is writable`)];
    const advice = "Create the folder, or let the account that runs Tapi2Ws write to it.";
    return [wrong(about, `${path} cannot be written: ${problem}`, advice)];
  });
}
