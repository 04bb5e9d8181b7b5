// deno-lint-ignore-file explicit-module-boundary-types -- types are in JSDoc: Node runs this too
/**
 * The measured side of a server benchmark, the same under Deno and under Node: takes commands as
 * JSON lines on standard input, publishes at the asked pace, and answers with its own CPU time and
 * memory.
 */
import process from "node:process";
import { createInterface } from "node:readline";

/** A ping would be a frame that nobody expects: longer than a benchmark takes. */
export const IDLE_TIMEOUT_SECONDS = 600;

/**
 * Serves the benchmark until standard input ends.
 *
 * @template Item
 * @param {{
 *   port: number,
 *   clients: () => number,
 *   publish: (item: Item) => void,
 * }} server What is measured: `publish` sends one item to whom it concerns.
 */
export function serveSubject({ port, clients, publish }) {
  /** @type {Item[]} */
  let items = [];
  let cpuAtBegin = process.cpuUsage();
  answer({
    /** @param {{ items: Item[] }} command */
    load(command) {
      items = command.items;
    },
    clients: () => clients(),
    begin() {
      collectGarbage();
      cpuAtBegin = process.cpuUsage();
    },
    /** @param {{ perTick: number, tickMs: number }} pace */
    publish: ({ perTick, tickMs }) => publishPaced(items, publish, perTick, tickMs),
    /** Microseconds of user and system time on all threads since `begin`. */
    end() {
      const { user, system } = process.cpuUsage(cpuAtBegin);
      return user + system;
    },
    residentBytes() {
      collectGarbage();
      return process.memoryUsage.rss();
    },
  }, { port });
}

/**
 * Answers each command line with `{"result":…}`, or with `{"error":…}` where it throws.
 *
 * @param {Record<string, (command: never) => unknown>} commands By the command's `do`.
 * @param {unknown} ready The first line, which tells that commands are taken.
 */
export function answer(commands, ready) {
  /** @param {unknown} line */
  const write = (line) => process.stdout.write(JSON.stringify(line) + "\n");
  createInterface({ input: process.stdin }).on("line", async (line) => {
    try {
      const command = JSON.parse(line);
      write({ result: (await commands[command.do](command)) ?? null });
    } catch (error) {
      write({ error: error instanceof Error ? error.stack : String(error) });
    }
  }).on("close", () => process.exit());
  write({ result: ready });
}

/**
 * Collects all garbage, so that what earlier rounds left does not count in the next. As a last resort
 * V8 also gives back the pages that it keeps for growth, whose number depends on much else.
 */
export function collectGarbage() {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

/**
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => void} publish
 * @param {number} perTick
 * @param {number} tickMs
 */
async function publishPaced(items, publish, perTick, tickMs) {
  const startMs = performance.now();
  for (let next = 0, tick = 1; next < items.length; tick++) {
    for (const end = Math.min(next + perTick, items.length); next < end; next++) {
      publish(items[next]);
    }
    const waitMs = startMs + tick * tickMs - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  }
}
