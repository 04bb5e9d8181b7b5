/** Opens the directory that the settings describe; each kind of source is loaded where one is set. */
import type { DirectoryResult, Simulation } from "../bus/ports.ts";
import type { Clock } from "../clock.ts";
import type { DirectorySettings, SourceSettings } from "../settings/directory.ts";
import { Directory } from "./directory.ts";
import { SimulatedSource } from "./simulated.ts";
import type { Finder, LookedUp, Source } from "./source.ts";

export interface OpenOptions {
  readonly clock: Clock;
  /** The simulated exchange's own directory, which is asked last. */
  readonly simulation?: Pick<Simulation, "lookUp"> | undefined;
  readonly toE164?: ((number: string) => string | undefined) | undefined;
  readonly onResult?: (source: string, result: DirectoryResult) => void;
}

/** `undefined` if there is no source. */
export function openDirectory(
  settings: DirectorySettings,
  options: OpenOptions,
): Directory | undefined {
  const { clock, simulation, onResult } = options;
  const sources: Source[] = settings.source.map((source) =>
    new OpenedSource(source, settings, options)
  );
  if (simulation !== undefined) sources.push(new SimulatedSource(simulation, clock));
  if (sources.length === 0) return undefined;
  return new Directory({
    clock,
    sources,
    timeoutMs: settings.timeoutMs,
    atOnce: settings.atOnce,
    hitMs: settings.hitSeconds * 1000,
    missMs: settings.missSeconds * 1000,
    entries: settings.entries,
    pauseMs: settings.pauseSeconds * 1000,
    ...onResult !== undefined && { onResult },
  });
}

/** A source whose code is being loaded. */
class OpenedSource implements Source {
  readonly name: string;
  readonly #opened: Promise<Finder>;
  readonly #fitsAnyNumber: boolean;

  constructor(settings: SourceSettings, { timeoutMs }: DirectorySettings, options: OpenOptions) {
    this.name = settings.name;
    this.#fitsAnyNumber = settings.type === "csv" ||
      settings.type === "http" && !settings.url.includes("{e164}");
    this.#opened = load(settings, timeoutMs, options);
    this.#opened.catch(() => {});
  }

  fits({ e164 }: LookedUp): boolean {
    return this.#fitsAnyNumber || e164 !== undefined;
  }

  async find(number: LookedUp, signal: AbortSignal): ReturnType<Source["find"]> {
    return await (await this.#opened).find(number, signal);
  }

  async check(signal: AbortSignal): Promise<string> {
    return await (await this.#opened).check(signal);
  }

  close(): void {
    void this.#opened.then((finder) => finder.close(), () => {});
  }
}

async function load(
  settings: SourceSettings,
  timeoutMs: number,
  options: OpenOptions,
): Promise<Finder> {
  switch (settings.type) {
    case "csv": {
      const { CsvFinder } = await import("./csv.ts");
      return new CsvFinder(settings, options);
    }
    case "http": {
      const { HttpFinder } = await import("./http.ts");
      return new HttpFinder(settings);
    }
    case "ldap": {
      const { LdapFinder } = await import("./ldap.ts");
      return new LdapFinder(settings, timeoutMs);
    }
  }
}
