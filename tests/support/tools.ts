/**
 * Tools of the machine that some suites need. A suite whose tool is missing is left out, and says so
 * loudly; with CI=true that is an error, because there nothing may be left out.
 */
import { existsSync } from "node:fs";
import { basename, delimiter, isAbsolute, join } from "node:path";

/**
 * Says that a suite is left out.
 *
 * @param suite Such as "the journal on full disks".
 * @param reason Such as "there is no mount".
 * @param linuxOnly Whether only Linux can have what it needs: elsewhere it is no error.
 * @throws Error with CI=true.
 */
export function leaveOut(suite: string, reason: string, linuxOnly = false): void {
  const notice = `LEFT OUT: ${suite}, because ${reason}`;
  const isError = Deno.env.get("CI") === "true" && !(linuxOnly && Deno.build.os !== "linux");
  if (isError) throw new Error(`${notice}: with CI=true that is an error`);
  // Not through the console, which the test runner keeps for the output of tests.
  Deno.stderr.writeSync(new TextEncoder().encode(`\n*** ${notice} ***\n\n`));
}

/** Where PATH leads; without the folder in which Deno puts itself as `node` where there is no Node. */
const FOLDERS: readonly string[] = (Deno.env.get("PATH") ?? "").split(delimiter)
  .filter((folder) => basename(folder) !== "node_compat_bin");

export interface Tool {
  /** A name that PATH leads to, or a path. */
  readonly command: string;
  /** What is left out without it. */
  readonly suite: string;
  /** What to do to have it. */
  readonly remedy: string;
  /** Whether it is looked for on Linux only: elsewhere it is no error that it is missing. */
  readonly linuxOnly?: boolean;
}

const ENDING = Deno.build.os === "windows" ? ".exe" : "";

/**
 * Whether a tool is there; its suite is left out where it is not.
 *
 * @throws Error where it is not, with CI=true.
 */
export function hasTool({ command, suite, remedy, linuxOnly }: Tool): boolean {
  const paths = isAbsolute(command)
    ? [command]
    : FOLDERS.map((folder) => join(folder, command + ENDING));
  const isThere = paths.some((path) => existsSync(path));
  if (!isThere) leaveOut(suite, `there is no ${command} here (${remedy})`, linuxOnly);
  return isThere;
}
