/**
 * The measured side of the soak, in a process of its own: the whole program over the native stand-in,
 * with commands for what the exchange does and questions about what is left. The first argument is
 * the stand-in's path, the second the number of lines.
 */
import { configure } from "@logtape/logtape";
import { startProgram } from "../../src/main.ts";
import { openTapi32 } from "../../src/tapi/library.ts";
import { answer, collectGarbage } from "../bench/subject.mjs";
import { openControl } from "../native/standin.ts";
import { configOf } from "../support/config.ts";
import type { Leftovers, Memory } from "./server.ts";

/** So little may wait in a client's socket that one that does not read is soon closed. */
const MAX_UNSENT_BYTES = 1_000_000;
const CALLS_AT_ONCE = 64;
/** The burst waits for the program, so that a machine that is busy does not fill the queue. */
const MOST_QUEUED = 1000;

const [path = "", lines = ""] = Deno.args;
const errors: string[] = [];
await configure({
  sinks: { errors: ({ message }) => errors.push(message.join("")) },
  loggers: [
    { category: "tapi2ws", lowestLevel: "error", sinks: ["errors"] },
    { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["errors"] },
  ],
});
const standin = openControl(path);
standin.reset({ voiceLines: Number(lines) });
const program = startProgram(
  configOf("--max-unsent-bytes", String(MAX_UNSENT_BYTES)),
  openTapi32(path),
);
await program.linesTried;

answer({
  burst: ({ calls }: { calls: number }) => standin.burst(calls, CALLS_AT_ONCE, MOST_QUEUED),
  memory(): Memory {
    collectGarbage();
    const { rss, heapUsed, external } = Deno.memoryUsage();
    return { residentBytes: rss, heapBytes: heapUsed + external };
  },
  leftovers: (): Leftovers => ({
    calls: program.live.calls,
    handles: program.live.handles,
    nativeHandles: standin.liveCalls,
    pendingReplies: standin.pendingReplies,
    clients: program.server.clients,
  }),
  /** Stops the program. @returns Whatever was wrong in all that time. */
  async stop(): Promise<string[]> {
    await program.stop();
    const { violations, abandonedCalls, openLines } = standin;
    return [
      ...errors.slice(0, 5).map((text) => `logged: ${text}`),
      ...violations.count > 0 ? [`${violations.count} violations: ${violations.last}`] : [],
      ...abandonedCalls > 0 ? [`${abandonedCalls} calls were abandoned`] : [],
      ...openLines > 0 ? [`${openLines} lines were left open`] : [],
    ];
  },
}, { port: program.server.port });
