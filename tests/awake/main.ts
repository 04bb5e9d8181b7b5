/**
 * Leaves the browser extension alone in a real Chromium: on a server where nothing happens, and without
 * a server for long enough that the browser stops its service worker.
 *
 *   main.ts --minutes N
 */
import { parseArgs } from "node:util";
import { Unwatched } from "../browser/unwatched.ts";
import { FakeExchange } from "../support/process.ts";

const EXTENSION = "201";
/** Browsers stop a service worker 30 seconds after the last thing that it did. */
const AWAY_MS = 90_000;
/** An alarm wakes the worker every 30 seconds. */
const BACK_MS = 60_000;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Number(values.minutes);

const first = await FakeExchange.start();
const { port } = first;
await using unwatched = await Unwatched.start(port, EXTENSION);
await unwatched.stays(minutes * 60_000);
print(`One connection lasted ${minutes} minutes while nothing happened.`);

await first[Symbol.asyncDispose]();
await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
await using _second = await FakeExchange.start(`--port=${port}`);
const startedMs = Date.now();
await unwatched.connection(BACK_MS);
const seconds = Math.round((Date.now() - startedMs) / 1000);
print(`It was back ${seconds} s after a server that had been away for ${AWAY_MS / 1000} s.`);

function print(line: string): void {
  // deno-lint-ignore no-console -- it is this script's result
  console.log(line);
}
