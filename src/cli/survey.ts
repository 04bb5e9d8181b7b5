/** Opens the phone system for as long as it takes to try every line once. */
import { EventBus } from "../bus/bus.ts";
import type { Line } from "../model/line.ts";
import { systemClock } from "../clock.ts";
import { describeError } from "../log.ts";
import { openProvider } from "../provider.ts";
import { BLOCKING_THREADS } from "../program.ts";
import { Supervisor } from "../session/supervisor.ts";
import { type Settings, telephonyOf } from "../settings/settings.ts";
import { Tracker } from "../state/tracker.ts";
import { listProviders } from "../tapi/provider_list.ts";

/** The findings. */
export interface Survey {
  /** Where calls come from. */
  readonly library: string;
  /** The file names of the installed drivers, or why they cannot be listed. */
  readonly drivers: readonly string[] | Error;
  /** Whether TAPI can be initialised. */
  readonly isUp: boolean;
  /** In the order of their extensions. */
  readonly lines: readonly Line[];
}

/** How long to wait for a library that does not return. */
const PATIENCE_MS = 30_000;

/** @throws LibraryError or SettingsError when there is no library to ask. */
export async function survey(settings: Settings): Promise<Survey> {
  const { library, description } = await openProvider(settings);
  const bus = new EventBus((error) => {
    throw error;
  }, 0);
  const tracker = new Tracker(bus, systemClock);
  const supervisor = new Supervisor({
    library,
    blockingThreads: BLOCKING_THREADS,
    clock: systemClock,
    ...telephonyOf(settings),
    onSignal: (signal) => tracker.receive(signal),
  });
  let drivers: Survey["drivers"] = new Error("lineGetProviderListW has not returned");
  const listed = listProviders(library).then(
    (fileNames) => drivers = fileNames,
    (error) => drivers = new Error(describeError(error)),
  );
  const failed = Promise.withResolvers<void>();
  using _ = bus.subscribe((event) => {
    if (event.type === "provider" && event.state === "down") failed.resolve();
  });
  const late = Promise.withResolvers<void>();
  const timer = systemClock.setTimeout(late.resolve, PATIENCE_MS);
  const tried = Promise.race([supervisor.start(), failed.promise]);
  await Promise.race([Promise.all([tried, listed]), late.promise]);
  systemClock.clearTimeout(timer);
  const isUp = supervisor.session !== undefined;
  // Drivers report them in any order.
  const { compare } = new Intl.Collator("en", { numeric: true });
  const lines = tracker.lines().toSorted((a, b) => compare(a.line, b.line));
  await supervisor.stop();
  return { library: description, drivers, isUp, lines };
}
