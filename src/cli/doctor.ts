/** `tapi2ws doctor`: tries everything that the server needs, reports what is wrong, and what to do. */
import { describeError } from "../log.ts";
import { ADVICE, adviceOn } from "../model/advice.ts";
import type { Line } from "../model/line.ts";
import { readCertificate } from "../settings/certificate.ts";
import { SettingsError } from "../settings/setting.ts";
import { isOpenToDial, type Settings } from "../settings/settings.ts";
import { LibraryError } from "../tapi/library.ts";
import { answersOn, portProblem, writeProblem } from "./machine.ts";
import { survey } from "./survey.ts";

/** The result of one check. `note`: it works, but the administrator should know. */
interface Finding {
  readonly about: string;
  readonly result: "fine" | "note" | "wrong";
  readonly message: string;
  /** What to do. */
  readonly advice?: string;
}

const DAY_MS = 86_400_000;
/** A certificate that expires within so many days is reported. */
const SOON_DAYS = 14;

export interface Diagnosis {
  /** The text to print. */
  readonly text: string;
  /** Whether nothing is wrong. */
  readonly healthy: boolean;
}

/** Runs every check that the settings allow. */
export async function diagnose(readSettings: () => Settings, json: boolean): Promise<Diagnosis> {
  const findings = await check(readSettings);
  const healthy = findings.every(({ result }) => result !== "wrong");
  const text = json
    ? JSON.stringify({ healthy, findings }, null, 2)
    : findings.map(lineOf).join("\n");
  return { text, healthy };
}

async function check(readSettings: () => Settings): Promise<Finding[]> {
  const about = "settings";
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const advice = "Correct it; tapi2ws --help lists the settings.";
    return [{ about, result: "wrong", message: error.message, advice }];
  }
  return [
    { about, result: "fine", message: "valid" },
    ...await checkLines(settings),
    await checkPort(settings),
    ...checkCertificate(settings, Date.now()),
    ...checkAccess(settings, Date.now()),
    ...checkFiles(settings),
  ];
}

function lineOf({ about, result, message, advice }: Finding): string {
  const line = `${result.padEnd(6)}${about}: ${message}`;
  return advice === undefined ? line : `${line}\n      -> ${advice}`;
}

async function checkLines(settings: Settings): Promise<Finding[]> {
  try {
    const { library, drivers, isUp, lines } = await survey(settings);
    const findings: Finding[] = [
      { about: "library", result: "fine", message: library },
      checkDrivers(drivers),
    ];
    if (!isUp) {
      const message = "TAPI cannot be initialised";
      const advice = ADVICE.LINEERR_SERVICE_NOT_RUNNING;
      return [...findings, { about: "telephony", result: "wrong", message, advice }];
    }
    if (lines.length === 0) {
      const message = "there are none, or none that the setting lines includes";
      const advice = "Install and set up the phone system's TAPI driver (TSP), 64-bit.";
      return [...findings, { about: "lines", result: "wrong", message, advice }];
    }
    return [...findings, ...lines.map(checkLine)];
  } catch (error) {
    if (!(error instanceof LibraryError || error instanceof SettingsError)) throw error;
    const advice = "Correct --tapi-library; on Windows, the default is right.";
    return [{ about: "library", result: "wrong", message: describeError(error), advice }];
  }
}

function checkDrivers(drivers: readonly string[] | Error): Finding {
  const about = "drivers";
  if (drivers instanceof Error) {
    return { about, result: "note", message: `cannot be listed: ${drivers.message}` };
  }
  if (drivers.length > 0) return { about, result: "fine", message: drivers.join(", ") };
  const advice = "Install the phone system's TAPI driver (TSP), 64-bit.";
  return { about, result: "wrong", message: "none is installed", advice };
}

function checkLine({ line, status, error }: Line): Finding {
  const about = `line ${line}`;
  if (status === "open") return { about, result: "fine", message: "open" };
  const message = error === undefined ? status : `${status}: ${error}`;
  const advice = adviceOn(error, status);
  return { about, result: "wrong", message, ...advice !== undefined && { advice } };
}

async function checkPort({ host, port, tls }: Settings): Promise<Finding> {
  const about = `port ${port}`;
  const problem = portProblem(host, port);
  if (problem === undefined) return { about, result: "fine", message: "free" };
  if (await answersOn(host, port, tls !== undefined)) {
    return { about, result: "fine", message: "Tapi2Ws is running and answers" };
  }
  const advice = "Stop the program that uses it (netstat -abno), or set another port or host.";
  return { about, result: "wrong", message: problem, advice };
}

function checkCertificate({ tls }: Settings, nowMs: number): Finding[] {
  const about = "certificate";
  if (tls === undefined) {
    const message = "none: pages served over https cannot connect";
    return [{ about, result: "note", message, advice: "Set tls.cert and tls.key." }];
  }
  const { names, subject, validFromMs, validToMs } = readCertificate(tls);
  const until = new Date(validToMs).toISOString().slice(0, 10);
  const message = `for ${names || subject}, the key fits, valid until ${until}`;
  const advice = "Replace the files by a new certificate and key; it takes effect at once.";
  if (validToMs <= nowMs) {
    return [{ about, result: "wrong", message: `${message}: expired`, advice }];
  }
  if (validFromMs > nowMs) {
    const from = new Date(validFromMs).toISOString();
    return [{ about, result: "wrong", message: `not valid before ${from}`, advice }];
  }
  const isSoon = validToMs - nowMs < SOON_DAYS * DAY_MS;
  return [{ about, result: isSoon ? "note" : "fine", message, ...isSoon && { advice } }];
}

function checkAccess(settings: Settings, nowMs: number): Finding[] {
  const findings: Finding[] = [];
  if (isOpenToDial(settings)) {
    findings.push({
      about: "rights",
      result: "note",
      message: "anyone who can reach the port may dial",
      advice: "Make tokens with tapi2ws token NAME, then set anonymous = false.",
    });
  }
  for (const { name, expiresAtMs = Infinity } of settings.rules.tokens) {
    if (expiresAtMs > nowMs) continue;
    const advice = "Remove it from the settings file.";
    findings.push({ about: `token ${name}`, result: "note", message: "expired", advice });
  }
  return findings;
}

function checkFiles({ log, audit, journal }: Settings): Finding[] {
  const files = { "log.file": log.file, "audit.file": audit.file, "journal.file": journal?.file };
  return Object.entries(files).flatMap(([about, path]): Finding[] => {
    if (path === undefined || path === ":memory:") return [];
    const problem = writeProblem(path);
    if (problem === undefined) return [{ about, result: "fine", message: `${path} is writable` }];
    const message = `${path} cannot be written: ${problem}`;
    const advice = "Create the folder, or let the account that runs Tapi2Ws write to it.";
    return [{ about, result: "wrong", message, advice }];
  });
}
