/** Opens the TAPI library that the settings name: tapi32.dll, or the fake exchange. */
import type { Simulation } from "./bus/ports.ts";
import { SettingsError } from "./settings/setting.ts";
import type { Settings } from "./settings/settings.ts";
import { describeError } from "./log.ts";
import { openTapi32 } from "./rights.ts";
import type { TapiLibrary } from "./tapi/library.ts";

/** Where calls come from. */
export interface Provider {
  readonly library: TapiLibrary;
  /** For the log. */
  readonly description: string;
  /** Makes the phones of the fake exchange ring. */
  readonly simulation?: Simulation;
}

/** @throws LibraryError or SettingsError */
export async function openProvider(settings: Settings): Promise<Provider> {
  if (settings.provider === "tapi32") {
    return { library: openTapi32(settings.tapiLibrary), description: settings.tapiLibrary };
  }
  if (settings.provider === "nats") {
    throw new SettingsError('A gateway (provider = "nats") has no lines of its own');
  }
  // Imported on demand: a server with a phone system never loads it.
  const { createFakeTapi } = await import("./fake/library.ts");
  const { parseScenario } = await import("./fake/scenarios/scenario.ts");
  const { driver, extensions, rate: callsPerMinute, seed, scenario: path } = settings.fake;
  const seeded = seed === undefined ? {} : { seed };
  if (path === undefined) {
    const fake = createFakeTapi({ driver, extensions, callsPerMinute, ...seeded });
    const description = `the fake exchange with the seed ${fake.seed}`;
    return { library: fake, description, simulation: fake.simulation };
  }
  try {
    const scenario = parseScenario(Deno.readTextFileSync(path), path);
    const fake = createFakeTapi({ driver, extensions, scenario, ...seeded });
    const { simulation } = fake;
    return { library: fake, description: `the fake exchange playing ${path}`, simulation };
  } catch (error) {
    throw new SettingsError(`Cannot use --fake-scenario = "${path}": ${describeError(error)}`, {
      cause: error,
    });
  }
}
