/** Opens the telephone system for as long as it takes to see every line once. */
import { EventBus } from "../bus/bus.ts";
import type { Line } from "../model/line.ts";
import { statusOf } from "../state/status.ts";
import { Tracker } from "../state/tracker.ts";
import { systemClock } from "../clock.ts";
import { type Config, isWanted } from "../settings/settings.ts";
import { openProvider } from "../provider.ts";
import { Supervisor } from "../session/supervisor.ts";

/** What is there. */
export interface Sight {
  readonly provider: "up" | "down";
  /** Where calls come from. */
  readonly description: string;
  /** In the order of their extensions. */
  readonly lines: readonly Line[];
}

/** A library that hangs is waited for so long. */
const PATIENCE_MS = 30_000;

/** @throws LibraryError or ConfigError where there is no library to look into. */
export async function look(config: Config, blockingThreads: number): Promise<Sight> {
  const { library, description } = await openProvider(config);
  const bus = new EventBus((error) => {
    throw error;
  }, 0);
  const tracker = new Tracker(bus, systemClock);
  const supervisor = new Supervisor({
    library,
    blockingThreads,
    clock: systemClock,
    wanted: (extension) => isWanted(config, extension),
    replyTimeoutMs: config.replyTimeoutSeconds * 1000,
    onSignal: (signal) => tracker.receive(signal),
  });
  const failed = Promise.withResolvers<void>();
  using _ = bus.subscribe((event) => {
    if (event.type === "provider" && event.state === "down") failed.resolve();
  });
  const late = systemClock.setTimeout(failed.resolve, PATIENCE_MS);
  await Promise.race([supervisor.start(), failed.promise]);
  systemClock.clearTimeout(late);
  const { provider } = statusOf(supervisor, systemClock);
  // They are found in the order in which the driver answers.
  const { compare } = new Intl.Collator("en", { numeric: true });
  const lines = tracker.lines().toSorted((a, b) => compare(a.line, b.line));
  await supervisor.stop();
  return { provider, description, lines };
}
