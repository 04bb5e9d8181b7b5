/** The process: its arguments, its signals, its exit code. */
import "./rights.ts";
import { execute } from "./cli/command_line.ts";
import { describeError } from "./log.ts";
import { ListenError } from "./server/net/listen_error.ts";
import { SettingsError } from "./settings/setting.ts";
import type { SettingsSources } from "./settings/settings.ts";
import { LibraryError } from "./tapi/library.ts";

const SOURCES: SettingsSources = {
  env: (name) => Deno.env.get(name),
  os: Deno.build.os,
  besideProgram: (file) =>
    Deno.build.standalone ? Deno.execPath().replace(/[^\\/]*$/, file) : undefined,
  readTextFile(path) {
    try {
      return Deno.readTextFileSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
};

/** The signals that end the program: Ctrl-C, Ctrl-Break and a closed console, or SIGTERM. */
function stopSignal(): Promise<Deno.Signal> {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
    : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve(signal));
  });
}

/** @returns The exit code: 0; 1 when something is unavailable, 2 when a setting cannot be used. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { text, exitCode } = await execute(args, SOURCES, stopSignal);
    // deno-lint-ignore no-console -- the result of a command
    if (text !== undefined) console.log(text);
    return exitCode;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined) throw error;
    // deno-lint-ignore no-console -- one clear line, also before logging is configured
    console.error(`tapi2ws: ${describeError(error)}`);
    return exitCode;
  }
}

function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof SettingsError) return 2;
  if (error instanceof ListenError || error instanceof LibraryError) return 1;
  return undefined;
}

// Exits even when a function of the library never returns from its thread.
if (import.meta.main) Deno.exit(await main(Deno.args));
