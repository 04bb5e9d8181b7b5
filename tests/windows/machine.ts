/**
 * The machine with Windows: a Debian folder with Wine and Deno for Windows, made once by build.sh and
 * found again, and the programs that are compiled for it.
 */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileOnce, exists } from "../native/compile.ts";
import { buildWindowsStandin } from "../native/standin.ts";
import { WatchedProcess } from "../support/process.ts";
import { leaveOut } from "../support/tools.ts";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMPILER = "x86_64-w64-mingw32-gcc";
const PROGRAM_FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-static-libgcc"];
/** Of the shells that set a machine up: where its tools lie. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** So much of what a failed making wrote is shown. */
const LINES_OF_FAILURE = 20;

/** Where programs on the machine find what enter.sh brings in. */
export const WINDOWS_REPOSITORY = "Z:\\mnt\\repo";
export const WINDOWS_STAGE = "Z:\\mnt\\stage";
export const WINDOWS_DENO = "Z:\\mnt\\deno\\deno.exe";

/** A machine that is ready, and what was compiled for it. */
export interface Machine {
  readonly folder: string;
  readonly npmCache: string;
  /** Paths on this side. */
  readonly deno: string;
  readonly standin: string;
  readonly launcher: string;
}

/**
 * Finds the machine, or makes it.
 *
 * @returns `undefined` where a tool is missing; that is said on standard error.
 * @throws Error where a tool is missing and CI is true, or making it fails.
 */
export async function prepareMachine(): Promise<Machine | undefined> {
  const recipe = await Deno.readTextFile(join(HERE, "build.sh"));
  const hash = createHash("sha256").update(recipe).digest("hex").slice(0, 12);
  const cache = Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache");
  const folder = join(cache, "tapi2ws", `windows-${hash}`);
  const isMade = await exists(folder);

  const missing = await missingTools(isMade ? [] : ["flock", "debootstrap", "npm"]);
  if (missing.length > 0) {
    leaveOut("the Windows suite", `there is no ${missing.join(", no ")}`);
    return undefined;
  }
  if (!isMade) await make(folder);
  const [standin, launcher, npmCache] = await Promise.all([
    buildWindowsStandin(COMPILER),
    compileForWindows(join(HERE, "launch.c")),
    npmCacheFolder(),
  ]);
  const deno = join(folder, "deno/node_modules/@deno/win32-x64/deno.exe");
  return { folder, npmCache, deno, standin, launcher };
}

/** Compiles a C program for Windows. @returns Its path. */
export function compileForWindows(source: string): Promise<string> {
  return compileOnce({
    compiler: COMPILER,
    flags: PROGRAM_FLAGS,
    sources: [source],
    name: "tapi2ws-program",
    ending: ".exe",
  });
}

/**
 * Starts a program on the machine, in a fresh copy of its Windows.
 *
 * @param stage A folder on this side, for files to and from the program.
 */
export function startOn(
  machine: Machine,
  stage: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): WatchedProcess {
  const enter = [join(HERE, "enter.sh"), machine.folder, ROOT, machine.npmCache, stage];
  return new WatchedProcess("unshare", {
    args: ["--mount", "--pid", "--fork", "--kill-child", "sh", ...enter, ...command],
    // Nothing else of this side's environment: its certificates, for one, are not on the machine.
    clearEnv: true,
    env: { PATH, NO_COLOR: "1", ...env },
    stdin: "piped",
  });
}

async function missingTools(wanted: readonly string[]): Promise<string[]> {
  const missing = [];
  if (Deno.build.os !== "linux") return ["Linux to run Wine on"];
  if (Deno.uid() !== 0) missing.push("root user");
  for (const tool of [...wanted, "unshare", "chroot", COMPILER]) {
    const command = new Deno.Command("sh", { args: ["-c", `command -v ${tool}`], stdout: "null" });
    if (!(await command.output()).success) missing.push(tool);
  }
  return missing;
}

/** Alone: another test run that wants the same waits, and finds it. */
async function make(folder: string): Promise<void> {
  Deno.stderr.writeSync(new TextEncoder().encode(`\nMaking ${folder}: 2 GB, minutes …\n\n`));
  await Deno.mkdir(join(folder, ".."), { recursive: true });
  const { success, stdout, stderr } = await new Deno.Command("flock", {
    args: [
      `${folder}.lock`,
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["sh", join(HERE, "build.sh"), folder, ...await debianMirror()],
    ],
  }).output();
  if (success) return;
  // debootstrap names its errors on standard output.
  const [said, complained] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).split("\n").slice(-LINES_OF_FAILURE).join("\n")
  );
  throw new Error(`${folder} could not be made:\n${said}\n${complained}`);
}

/** The mirror that this machine takes Debian from; none: debootstrap's own default. */
async function debianMirror(): Promise<string[]> {
  try {
    const { stdout } = await new Deno.Command("apt-get", {
      args: ["indextargets", "--format", "$(SITE)", "Created-By: Packages", "Label: Debian"],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").slice(0, 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Where Deno keeps the packages, which this run has and Deno for Windows takes too. */
async function npmCacheFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  return String(npmCache);
}
