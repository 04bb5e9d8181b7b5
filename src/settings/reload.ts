/**
 * Settings that are written anew while the program runs: who may connect, what they may do, and the
 * certificate. A file that cannot be used is reported, and what was read last stays.
 */
import { type Clock, sleep } from "../clock.ts";
import type { Config } from "./settings.ts";
import { describeError, logger } from "../log.ts";

const log = logger("settings");

/** Editors and copying programs write in several steps: so long it must have been quiet. */
const QUIET_MS = 500;

/** The settings that are used at once; the others with the next start. */
const AT_ONCE: readonly (keyof Config)[] = ["rules", "tls", "files"];

export interface ReloadOptions {
  /** What the program runs with. */
  readonly config: Config;
  readonly clock: Clock;
  /** @throws Error whose message is for the administrator. */
  readonly read: () => Config;
  /** @throws Error where the settings cannot be used: nothing changes. */
  readonly apply: (config: Config) => void;
}

/** Watches the files of the settings until it is disposed of. */
export class Reload implements Disposable {
  readonly #options: ReloadOptions;
  readonly #stopped = new AbortController();
  #current: Config;
  #watcher: Deno.FsWatcher | undefined;
  /** How many changes were told of. */
  #changes = 0;
  #settling = false;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#current = options.config;
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#stopped.abort();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Folders are watched, not files: most programs that write a file put another one in its place. */
  #watch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    const { files } = this.#current;
    if (files.length === 0) return;
    try {
      const watcher = Deno.watchFs([...new Set(files.map(folderOf))], { recursive: false });
      this.#watcher = watcher;
      void this.#listen(watcher, new Set(files.map(nameOf)));
    } catch (error) {
      log.warn("Changes of the settings are not noticed: {error}", {
        error: describeError(error),
      });
    }
  }

  async #listen(watcher: Deno.FsWatcher, names: ReadonlySet<string>): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || !paths.some((path) => names.has(nameOf(path)))) continue;
      this.#changes++;
      if (!this.#settling) void this.#settle();
    }
  }

  /** Reads once it has been quiet. */
  async #settle(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopped;
    this.#settling = true;
    for (let before = -1; before !== this.#changes && !signal.aborted;) {
      before = this.#changes;
      await sleep(clock, QUIET_MS, signal);
    }
    this.#settling = false;
    if (!signal.aborted) this.#reload();
  }

  #reload(): void {
    const before = this.#current;
    let config: Config;
    try {
      config = this.#options.read();
      if (JSON.stringify(config) === JSON.stringify(before)) return;
      this.#options.apply(config);
    } catch (error) {
      log.error("The changed settings are not used: {error}", { error: describeError(error) });
      return;
    }
    this.#current = config;
    log.info("The changed settings are in use");
    const later = changedKeys(before, config);
    if (later.length > 0) {
      log.warn("Of the changed settings, {keys} take effect with the next start", {
        keys: later.join(", "),
      });
    }
    if (String(before.files) !== String(config.files)) this.#watch();
  }
}

/** The keys, such as `log.level`, whose changes have no effect yet. */
function changedKeys(before: Config, after: Config): string[] {
  const old = new Map(leaves(before));
  const now = new Map(leaves(after));
  const keys = new Set([...old.keys(), ...now.keys()]);
  const changed = [...keys].filter((key) => old.get(key) !== now.get(key));
  return (before.tls === undefined) === (after.tls === undefined) ? changed : [...changed, "tls"];
}

function* leaves(config: Config): Iterable<[string, string]> {
  for (const [key, value] of Object.entries(config)) {
    if (AT_ONCE.some((name) => name === key)) continue;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isTable) yield [key, String(value)];
    else for (const [name, part] of Object.entries(value)) yield [`${key}.${name}`, String(part)];
  }
}

function folderOf(path: string): string {
  return path.match(/^(.*[\\/])[^\\/]*$/)?.[1] ?? ".";
}

function nameOf(path: string): string {
  return path.replace(/^.*[\\/]/, "");
}
