/** The checks of `doctor` for NATS: the connection, the rights, the streams, and the sites' clocks. */
import { type Clock, sleep } from "../clock.ts";
import { describeError } from "../log.ts";
import { Link, type LinkOptions } from "./link.ts";
import { Records } from "./records.ts";
import { BEAT_MS } from "./site.ts";
import { type Difference, EVENTS, SITES, Streams } from "./streams.ts";
import { ALIVE, readAs, siteOfSubject, SUBJECTS } from "./wire.ts";

const CONNECTED_WITHIN_MS = 5000;
const STEP_MS = 20;

/** Each member is an error if it could not be found out, or was refused. */
export interface Examination {
  readonly connection: "connected" | Error;
  /** The streams that are there, and how each differs from one that the program makes. */
  readonly streams: ReadonlyMap<string, readonly Difference[]> | Error;
  /** The sites that everyone knows, and whether they are lost. */
  readonly sites: readonly { readonly site: string; readonly state: string }[] | Error;
  /** By how much a site's clock is ahead of this machine's: of those that have given a sign of life. */
  readonly clocks: ReadonlyMap<string, number>;
}

/**
 * Connects, and looks around for as long as it takes every site to give a sign of life.
 *
 * @param replicas How many the streams should have.
 */
export async function examine(
  options: LinkOptions,
  isGateway: boolean,
  replicas: number,
): Promise<Examination> {
  const { clock } = options;
  await using link = new Link(options);
  const clocks = new Map<string, number>();
  // A site may not hear the others.
  if (isGateway) {
    link.subscribe(SUBJECTS.alive("*"), (message) => {
      const alive = readAs(ALIVE, message.string());
      if (alive === undefined) return;
      clocks.set(siteOfSubject(message.subject), alive.nowMs - clock.nowMs());
    });
  }
  if (!await isConnected(link, clock)) {
    const connection = new Error(link.problem ?? "there is no answer");
    return { connection, streams: connection, sites: connection, clocks };
  }
  const streams = new Streams(link);
  const records = new Records(streams, clock);
  const result = {
    connection: "connected" as const,
    streams: await orError(async () => {
      const found = new Map<string, readonly Difference[]>();
      for (const name of [EVENTS, SITES]) {
        const differences = await streams.differences(name, replicas);
        if (differences !== undefined) found.set(name, differences);
      }
      return found;
    }),
    sites: await orError(async () =>
      Array.from(await records.all(), ([site, { record: { state } }]) => ({ site, state }))
    ),
    clocks,
  };
  if (isGateway) await sleep(clock, BEAT_MS + 500, new AbortController().signal);
  return result;
}

async function isConnected(link: Link, clock: Clock): Promise<boolean> {
  const startMs = clock.uptimeMs();
  while (link.connectedForMs === undefined) {
    if (clock.uptimeMs() - startMs > CONNECTED_WITHIN_MS) return false;
    await sleep(clock, STEP_MS, new AbortController().signal);
  }
  return true;
}

async function orError<T>(find: () => Promise<T>): Promise<T | Error> {
  try {
    return await find();
  } catch (error) {
    return error instanceof Error ? error : new Error(describeError(error));
  }
}
