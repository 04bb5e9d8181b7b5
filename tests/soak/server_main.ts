/**
 * The measured side of the soak, in a process of its own: the whole program over the native stand-in,
 * with commands for what the exchange does and questions about what is left. The first argument is
 * the stand-in's path, the second the number of lines, the third the journal's file: in memory, where
 * it is otherwise, it would grow with every call.
 */
import process from "node:process";
import { configure } from "@logtape/logtape";
import { startProgram } from "../../src/program.ts";
import { LINECALLSTATE, LINEERR } from "../../src/tapi/constants.ts";
import { openTapi32 } from "../../src/rights.ts";
import { TAPI_SYMBOLS } from "../../src/tapi/symbols.ts";
import { answer, collectGarbage } from "../bench/subject.mjs";
import { openControl } from "../native/standin.ts";
import { settingsOf } from "../support/settings.ts";
import type { Cost, Failing, Leftovers, Memory } from "./server.ts";

/** So little may wait in a client's socket that one that does not read is soon closed. */
const MAX_UNSENT_BYTES = 1_000_000;
const CALLS_AT_ONCE = 64;
/** TAPI's functions; lineGetMessageNow is lineGetMessage, called in another way. */
const FUNCTIONS = Object.keys(TAPI_SYMBOLS).filter((fn) => fn !== "lineGetMessageNow");
/** The burst waits for the program, so that a machine that is busy does not fill the queue. */
const MOST_QUEUED = 1000;

const [path = "", lines = "", journal = ""] = Deno.args;
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
// Two habits of a driver that is in use: its calls have no id, and what it answers about their states
// is not so.
standin.set("LINECALLINFO", { dwCallID: 0 });
standin.set("LINECALLSTATUS", { dwCallState: LINECALLSTATE.ONHOLDPENDTRANSFER });
const program = startProgram(
  settingsOf("--max-unsent-bytes", String(MAX_UNSENT_BYTES), "--journal-file", journal),
  openTapi32(path),
);
await program.linesTried;

function cost(): Cost {
  const { user, system } = process.cpuUsage();
  const calls = FUNCTIONS.reduce((sum, fn) => sum + standin.callsOf(fn), 0);
  return { cpuMs: (user + system) / 1000, calls };
}
let atFail = cost();

answer({
  burst: ({ calls }: { calls: number }) => standin.burst(calls, CALLS_AT_ONCE, MOST_QUEUED),
  async memory(): Promise<Memory> {
    collectGarbage();
    // Objects that are freed in the loop's next turn free more in their turn.
    await new Promise((resolve) => setTimeout(resolve, 10));
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
  fail({ what }: { what: Failing }): void {
    for (const fn of what === "every function" ? FUNCTIONS : [what]) {
      standin.fail(fn, LINEERR.OPERATIONFAILED);
    }
    atFail = cost();
  },
  costSinceFail(): Cost {
    const now = cost();
    return { cpuMs: now.cpuMs - atFail.cpuMs, calls: now.calls - atFail.calls };
  },
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
