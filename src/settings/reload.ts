/**
 * Changes of the settings while the program runs. A file that cannot be used is reported, and the
 * settings in use stay.
 */
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { ROWS } from "./schema.ts";
import type { Settings } from "./settings.ts";

const log = logger("settings");

/** How long the files must be unchanged: editors and copying programs write in several steps. */
const QUIET_MS = 500;

export interface ReloadOptions {
  /** What the program runs with. */
  readonly settings: Settings;
  readonly clock: Clock;
  /** @throws Error whose message is for the administrator. */
  readonly read: () => Settings;
  /** @throws Error when the settings cannot be used; nothing changes then. */
  readonly apply: (settings: Settings) => void;
}

/** Watches the files of the settings until it is disposed. */
export class Reload implements Disposable {
  readonly #options: ReloadOptions;
  readonly #stopped = new AbortController();
  #current: Settings;
  #watcher: Deno.FsWatcher | undefined;
  /** How many changes were seen. */
  #changes = 0;
  #settling = false;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#current = options.settings;
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#stopped.abort();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Watches folders, not files: most programs that write a file replace it by another one. */
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

  /** Reads the settings after the last of a series of changes. */
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
    let settings: Settings;
    try {
      settings = this.#options.read();
      if (JSON.stringify(settings) === JSON.stringify(before)) return;
      this.#options.apply(settings);
    } catch (error) {
      log.error("The changed settings are not used: {error}", { error: describeError(error) });
      return;
    }
    this.#current = settings;
    log.info("The changed settings are in use");
    const later = changedForNextStart(before, settings);
    if (later.length > 0) {
      log.warn("Of the changed settings, {keys} take effect with the next start", {
        keys: later.join(", "),
      });
    }
    if (String(before.files) !== String(settings.files)) this.#watch();
  }
}

/** The keys, such as `log.level`, of changes that take effect with the next start. */
export function changedForNextStart(before: Settings, after: Settings): string[] {
  const fixed = ROWS.flatMap(([key, { live }]) => live ? [] : [key]);
  const changed = fixed.filter((key) => textAt(before, key) !== textAt(after, key));
  // A certificate can be renewed, but the port cannot change between http and https.
  return (before.tls === undefined) === (after.tls === undefined) ? changed : [...changed, "tls"];
}

function textAt(settings: Settings, key: string): string {
  const value = key.split(".").reduce<unknown>(
    (table, name) => (table as Record<string, unknown> | undefined)?.[name],
    settings,
  );
  return String(value);
}

function folderOf(path: string): string {
  return path.match(/^(.*[\\/])[^\\/]*$/)?.[1] ?? ".";
}

function nameOf(path: string): string {
  return path.replace(/^.*[\\/]/, "");
}
