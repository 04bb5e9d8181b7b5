/** The process: its arguments, its signals, its exit code. */
import { helpText } from "./cli/command_line.ts";
import { diagnose } from "./cli/doctor.ts";
import { listLines } from "./cli/lines.ts";
import { run } from "./cli/run.ts";
import { newToken } from "./cli/token.ts";
import { describeError } from "./log.ts";
import { BLOCKING_THREADS, VERSION } from "./program.ts";
import { ListenError } from "./server/net/listen_error.ts";
import {
  ConfigError,
  type ConfigSources,
  readInvocation,
  readRunConfig,
} from "./settings/settings.ts";
import { LibraryError } from "./tapi/library.ts";

/** The signals that end the program: Ctrl-C, Ctrl-Break and a closed console, or SIGTERM. */
function stopSignal(): Promise<Deno.Signal> {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
    : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve(signal));
  });
}

function besideTheProgram(file: string): string {
  return Deno.execPath().replace(/[^\\/]*$/, file);
}

function readTextFile(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Runs the command line. @returns The exit code: 0, 1 what cannot be had, 2 what cannot be used. */
async function main(args: readonly string[]): Promise<number> {
  const sources: ConfigSources = {
    args,
    env: (name) => Deno.env.get(name),
    os: Deno.build.os,
    defaultFile: Deno.build.standalone ? besideTheProgram("tapi2ws.toml") : undefined,
    defaultJournal: Deno.build.standalone ? besideTheProgram("tapi2ws-journal.sqlite") : undefined,
    readTextFile,
  };
  try {
    const invocation = readInvocation(sources);
    switch (invocation.kind) {
      case "help":
        return say(helpText());
      case "version":
        return say(`tapi2ws ${VERSION}`);
      case "token":
        return say(newToken(invocation.name));
      case "lines":
        return say(await listLines(invocation, BLOCKING_THREADS));
      case "doctor": {
        const { text, healthy } = await diagnose(invocation, BLOCKING_THREADS);
        return say(text), healthy ? 0 : 1;
      }
      case "run":
        await run(invocation.config, () => readRunConfig(sources), stopSignal());
        return 0;
    }
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    // deno-lint-ignore no-console -- one clear line, also where logging is not configured
    console.error(`tapi2ws: ${describeError(error)}`);
    return code;
  }
}

/** Prints what a command came to. @returns Exit code 0. */
function say(text: string): 0 {
  // deno-lint-ignore no-console -- what a command prints is its result
  console.log(text);
  return 0;
}

function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof ConfigError) return 2;
  if (error instanceof ListenError || error instanceof LibraryError) return 1;
  return undefined;
}

// Exits although a function of the library may hang on its thread for ever.
if (import.meta.main) Deno.exit(await main(Deno.args));
