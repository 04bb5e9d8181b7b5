/** `tapi2ws doctor`: tries everything that the server needs, and says what is wrong and what to do. */
import { readCertificate } from "../settings/certificate.ts";
import { type Config, ConfigError, isOpenToDial } from "../settings/settings.ts";
import type { Line } from "../model/line.ts";
import { describeError } from "../log.ts";
import { LibraryError } from "../tapi/library.ts";
import { look } from "./survey.ts";
import { answersOn, portProblem, writeProblem } from "./machine.ts";

/** What one look came to. `note`: it works, but should be known of. */
export interface Finding {
  readonly about: string;
  readonly result: "fine" | "note" | "wrong";
  readonly message: string;
  /** What to do. */
  readonly advice?: string;
}

export interface Diagnosis {
  /** What is printed. */
  readonly text: string;
  readonly healthy: boolean;
}

const DAY_MS = 86_400_000;
/** A certificate that ends within so many days is told of. */
const SOON_DAYS = 14;

/** What to do where a line is not open, by TAPI's error. */
const ADVICE: Readonly<Record<string, string>> = {
  LINEERR_NOTREGISTERED: "start the driver's helper program on the server",
  LINEERR_ALLOCATED: "end the program that has the line for itself: a fax or modem program",
  LINEERR_RESOURCEUNAVAIL: "look into the driver's own log: its connection, licence and rights",
  LINEERR_OPERATIONFAILED: "look into the driver's own log: its connection, licence and rights",
  LINEERR_NODRIVER: "install the driver again, and restart the service Telephony",
  LINEERR_NODEVICE: "restart the service Telephony: the driver took the line away",
};
const DEFAULT_ADVICE = "look into the driver's own log, and restart the service Telephony";

export async function diagnose(
  { config, json }: { readonly config: Config | ConfigError; readonly json: boolean },
  blockingThreads: number,
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  if (config instanceof ConfigError) {
    findings.push({
      about: "settings",
      result: "wrong",
      message: config.message,
      advice: "correct it; tapi2ws --help lists the settings",
    });
  } else {
    findings.push({ about: "settings", result: "fine", message: "they can be used" });
    findings.push(...await lookAtLines(config, blockingThreads));
    findings.push(await lookAtPort(config), ...lookAtCertificate(config, Date.now()));
    findings.push(...lookAtRights(config, Date.now()));
  }
  const healthy = findings.every(({ result }) => result !== "wrong");
  const text = json
    ? JSON.stringify({ healthy, findings }, null, 2)
    : findings.map(lineOf).join("\n");
  return { text, healthy };
}

function lineOf({ about, result, message, advice }: Finding): string {
  const line = `${result.padEnd(6)}${about}: ${message}`;
  return advice === undefined ? line : `${line}\n      -> ${advice}`;
}

async function lookAtLines(config: Config, blockingThreads: number): Promise<Finding[]> {
  try {
    const { provider, description, lines } = await look(config, blockingThreads);
    const library: Finding = { about: "library", result: "fine", message: description };
    if (provider === "down") {
      const message = "TAPI cannot be initialised";
      const advice = "start the service Telephony (net start TapiSrv)";
      return [library, { about: "telephony", result: "wrong", message, advice }];
    }
    if (lines.length === 0) {
      const message = "there are none, or none that the setting lines names";
      const advice = "install and set up the telephone system's TAPI driver (TSP), 64 bits";
      return [library, { about: "lines", result: "wrong", message, advice }];
    }
    return [library, ...lines.map(lookAtLine)];
  } catch (error) {
    if (!(error instanceof LibraryError || error instanceof ConfigError)) throw error;
    const advice = "correct --tapi-library; on Windows the default is right";
    return [{ about: "library", result: "wrong", message: describeError(error), advice }];
  }
}

function lookAtLine({ line, status, error }: Line): Finding {
  const about = `line ${line}`;
  if (status === "open") return { about, result: "fine", message: "open" };
  const message = error === undefined ? status : `${status}: ${error}`;
  return { about, result: "wrong", message, advice: ADVICE[error ?? ""] ?? DEFAULT_ADVICE };
}

async function lookAtPort({ host, port, tls }: Config): Promise<Finding> {
  const about = `port ${port}`;
  const problem = portProblem(host, port);
  if (problem === undefined) return { about, result: "fine", message: "free" };
  if (await answersOn(host, port, tls !== undefined)) {
    return { about, result: "fine", message: "Tapi2Ws is running and answers" };
  }
  const advice = "end the program that uses it (netstat -abno), or set another port or host";
  return { about, result: "wrong", message: problem, advice };
}

function lookAtCertificate({ tls }: Config, nowMs: number): Finding[] {
  const about = "certificate";
  if (tls === undefined) {
    const message = "none: pages that are served over https cannot connect";
    return [{ about, result: "note", message, advice: "set tls.cert and tls.key" }];
  }
  const { names, subject, validFromMs, validToMs } = readCertificate(tls);
  const until = new Date(validToMs).toISOString().slice(0, 10);
  const message = `for ${names || subject}, its key fits, valid to ${until}`;
  const advice = "put a new certificate into the files; it is used at once";
  if (validToMs <= nowMs) return [{ about, result: "wrong", message: `${message}: over`, advice }];
  if (validFromMs > nowMs) {
    const from = new Date(validFromMs).toISOString();
    return [{ about, result: "wrong", message: `valid from ${from} on only`, advice }];
  }
  const isSoon = validToMs - nowMs < SOON_DAYS * DAY_MS;
  return [{ about, result: isSoon ? "note" : "fine", message, ...isSoon && { advice } }];
}

function lookAtRights(config: Config, nowMs: number): Finding[] {
  const { rules, log, audit, journal } = config;
  const findings: Finding[] = [];
  if (isOpenToDial(config)) {
    findings.push({
      about: "rights",
      result: "note",
      message: "anyone who reaches the port may dial",
      advice: "tapi2ws token NAME makes tokens; anonymous = false ends it for everyone else",
    });
  }
  for (const { name, expiresAtMs = Infinity } of rules.tokens) {
    if (expiresAtMs > nowMs) continue;
    const message = "has expired";
    findings.push({ about: `token ${name}`, result: "note", message, advice: "take it out" });
  }
  const files = { "log.file": log.file, "audit.file": audit.file, "journal.file": journal?.file };
  for (const [about, path] of Object.entries(files)) {
    if (path === undefined || path === ":memory:") continue;
    const problem = writeProblem(path);
    findings.push(
      problem === undefined ? { about, result: "fine", message: `${path} can be written` } : {
        about,
        result: "wrong",
        message: `${path} cannot be written: ${problem}`,
        advice: "make the folder, or let the account that runs Tapi2Ws write there",
      },
    );
  }
  return findings;
}
