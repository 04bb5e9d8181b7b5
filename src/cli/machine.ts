/** Checks of the machine: the port, a server on it, files. */
import http from "node:http";
import https from "node:https";
import { describeError } from "../log.ts";
import { listenProblem } from "../server/net/listen_error.ts";
import { SettingsError } from "../settings/setting.ts";
import { ServiceCommandError } from "./service_control.ts";

const PATIENCE_MS = 3000;
const CTRL_C = "\x03";
const BACKSPACES = ["\b", "\x7f"];

/** Why the program cannot listen on the port; `undefined` when it can. */
export function portProblem(host: string, port: number): string | undefined {
  try {
    Deno.listen({ hostname: host, port }).close();
    return undefined;
  } catch (error) {
    return listenProblem(error);
  }
}

/** Whether a Tapi2Ws answers on the port. */
export async function answersOn(host: string, port: number, isTls: boolean): Promise<boolean> {
  const health = await askServer(host, port, isTls, "/healthz");
  return health["status"] === "ok";
}

/** For how long the server on the port has heard no call, if that is suspicious. */
export async function silentForSeconds(
  host: string,
  port: number,
  isTls: boolean,
): Promise<number | undefined> {
  const { silentForSeconds: seconds } = await askServer(host, port, isTls, "/readyz");
  return typeof seconds === "number" ? seconds : undefined;
}

/** The members of the answer to a request; none if there is no JSON object. */
function askServer(
  host: string,
  port: number,
  isTls: boolean,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { get } = isTls ? https : http;
  const { promise, resolve } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  const request = get({
    host: host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host,
    port,
    path,
    timeout: PATIENCE_MS,
    agent: false,
    // Only whether it answers matters, not whose certificate it has.
    ...isTls && { rejectUnauthorized: false },
  }, async (response) => {
    let text = "";
    for await (const chunk of response) text += chunk;
    resolve(membersOf(text));
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => resolve({}));
  request.on("close", () => resolve({}));
  return promise;
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(text) as object };
  } catch {
    return {};
  }
}

/** Why the file cannot be written; `undefined` when it can. A file that did not exist is removed. */
export function writeProblem(path: string): string | undefined {
  try {
    const isThere = exists(path);
    Deno.openSync(path, { append: true, create: true }).close();
    if (!isThere) Deno.removeSync(path);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/**
 * Copies the executable to a folder, which is created if necessary. When run from the sources, the
 * executable must be there already.
 *
 * @returns Its path there.
 * @throws ServiceCommandError
 */
export function copyProgram(folder: string): string {
  const target = `${folder}\\tapi2ws.exe`;
  const source = Deno.execPath();
  if (source.toLowerCase() === target.toLowerCase()) return target;
  if (Deno.build.standalone) {
    Deno.mkdirSync(folder, { recursive: true });
    Deno.copyFileSync(source, target);
  } else if (!exists(target)) {
    throw new ServiceCommandError(`Cannot install from the sources: there is no ${target}`);
  }
  return target;
}

/** Creates a text file if there is none with this name. */
export function createFile(path: string, text: string): void {
  if (!exists(path)) Deno.writeTextFileSync(path, text, { createNew: true });
}

/** Asks for a password without showing it; reads a line when standard input is not a terminal. */
export async function askSecret(question: string): Promise<string> {
  const isTerminal = Deno.stdin.isTerminal();
  await Deno.stderr.write(new TextEncoder().encode(question));
  if (isTerminal) Deno.stdin.setRaw(true);
  try {
    return await readSecret();
  } finally {
    if (isTerminal) Deno.stdin.setRaw(false);
    await Deno.stderr.write(new TextEncoder().encode("\n"));
  }
}

async function readSecret(): Promise<string> {
  let secret = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const character of text) {
      if (character === "\r" || character === "\n") return secret;
      if (character === CTRL_C) throw new ServiceCommandError("No password was given");
      secret = BACKSPACES.includes(character) ? secret.slice(0, -1) : secret + character;
    }
  }
  return secret;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The path of this executable. */
export function programPath(): string {
  return Deno.execPath();
}

export function hostName(): string {
  return Deno.hostname();
}

export function runtimeVersion(): string {
  return `Deno ${Deno.version.deno}`;
}

/** The name of a system other than Windows. */
export function systemName(): string {
  return `${Deno.build.os} ${Deno.build.arch}`;
}

/** The first bytes of a file; none if it cannot be read. */
export function startOfFile(path: string, bytes: number): Uint8Array {
  const start = new Uint8Array(bytes);
  try {
    using file = Deno.openSync(path);
    return start.subarray(0, file.readSync(start) ?? 0);
  } catch {
    return start.subarray(0, 0);
  }
}

/** The last lines of a text file; "" when it cannot be read. */
export function endOfFile(path: string, lines: number): string {
  try {
    return Deno.readTextFileSync(path).trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

/** @throws SettingsError when it cannot be written. */
export function writeReport(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    throw new SettingsError(`Cannot use --report = "${path}": ${describeError(error)}`);
  }
}
