/**
 * Changes of the settings while the program runs. A file that cannot be used is reported, and the
 * settings in use stay.
 */
import { basename, dirname } from "node:path";
import type { Clock, TimerId } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { widenings } from "./access_rules.ts";
import { ROWS } from "./schema.ts";
import type { Settings } from "./settings.ts";

const log = logger("settings");

/** How long the files must be unchanged: editors and copying programs write in several steps. */
const QUIET_MS = 500;

export interface ReloadOptions {
  /** The settings that the program runs with. */
  readonly settings: Settings;
  readonly clock: Clock;
  /** @throws Error whose message is for the administrator. */
  readonly read: (before: Settings) => Settings;
  /** @throws Error when the settings cannot be used; nothing changes then. */
  readonly apply: (settings: Settings) => void;
}

/** Watches the files of the settings until it is disposed. */
export class Reload implements Disposable {
  readonly #options: ReloadOptions;
  #current: Settings;
  #watcher: Deno.FsWatcher | undefined;
  #timer: TimerId = 0;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#current = options.settings;
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#options.clock.clearTimeout(this.#timer);
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
      const folders = new Set(files.map((file) => dirname(file)));
      this.#watcher = Deno.watchFs([...folders], { recursive: false });
      void this.#listen(this.#watcher, new Set(files.map((file) => basename(file))));
    } catch (error) {
      log.warn("Changes of the settings file cannot be detected: {error}", {
        error: describeError(error),
      });
    }
  }

  /** Reads the settings after the last of a series of changes. */
  async #listen(watcher: Deno.FsWatcher, names: ReadonlySet<string>): Promise<void> {
    const { clock } = this.#options;
    for await (const { kind, paths } of watcher) {
      if (this.#watcher === undefined) return;
      if (kind === "access" || !paths.some((path) => names.has(basename(path)))) continue;
      clock.clearTimeout(this.#timer);
      this.#timer = clock.setTimeout(() => this.#reload(), QUIET_MS);
    }
  }

  #reload(): void {
    const before = this.#current;
    let settings: Settings;
    try {
      settings = this.#options.read(before);
      if (JSON.stringify(settings) === JSON.stringify(before)) return;
      this.#options.apply(settings);
    } catch (error) {
      log.error("The changed settings are not used: {error}", { error: describeError(error) });
      return;
    }
    this.#current = settings;
    for (const problem of settings.problems) {
      log.error("One of the changed settings is not used: {problem}", { problem });
    }
    log.info("The changed settings are in use");
    for (const widening of widenings(before.rules, settings.rules)) {
      log.warn("The new settings give everyone more rights: {widening}", { widening });
    }
    const later = changedForNextStart(before, settings);
    if (later.length > 0) {
      log.warn("Changed settings that take effect with the next start: {keys}", {
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
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}
