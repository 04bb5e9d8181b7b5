/**
 * `deno task soak [--messages N] [--clients N] [--minutes N] [--failing-seconds N]`: a long soak, then
 * a library that fails, and the figures of both.
 */
import { parseArgs } from "node:util";
import { buildStandin } from "../native/standin.ts";
import { costsOfFailing } from "./failing.ts";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "3000000" },
    clients: { type: "string", default: "12" },
    minutes: { type: "string", default: "20" },
    "failing-seconds": { type: "string", default: "60" },
  },
});
const standinPath = await buildStandin();
if (standinPath === undefined) Deno.exit(1);
const { messages, seconds, clients, deafClients, frames, dialled, memory, ...soaked } = await soak({
  standinPath,
  messages: Number(values.messages),
  clients: Number(values.clients),
  mostMinutes: Number(values.minutes),
  flat: "residentBytes",
});
const failing = await costsOfFailing(standinPath, Number(values["failing-seconds"]));
const problems = [...soaked.problems, ...failing.problems];
const mebibytes = (tenth: number) => {
  const { residentBytes, heapBytes } = memory[tenth - 1] ?? { residentBytes: NaN, heapBytes: NaN };
  return `${(residentBytes / 2 ** 20).toFixed(1)} MiB, heap ${
    (heapBytes / 2 ** 20).toFixed(1)
  } MiB`;
};
for (
  const [what, figure] of [
    ["TAPI messages", messages.toLocaleString("en")],
    ["seconds", seconds.toFixed(0)],
    ["clients that came and went", clients.toLocaleString("en")],
    ["of them that never read", deafClients.toLocaleString("en")],
    ["frames received and checked", frames.toLocaleString("en")],
    ["calls dialled and dropped", dialled.toLocaleString("en")],
    ["server's memory, third tenth", mebibytes(3)],
    ["server's memory, last tenth", mebibytes(10)],
    ...failing.costs.map(({ failing, percent, calls }) =>
      [
        `${failing} failing`,
        `${percent.toFixed(2)} % of a core, ${calls.toLocaleString("en")} calls`,
      ] as const
    ),
    ["does not hold", problems.length === 0 ? "nothing" : problems.join("\n")],
  ] as const
) print(`${what.padEnd(32)}${figure}`);
Deno.exitCode = problems.length === 0 ? 0 : 1;

function print(line: string): void {
  // deno-lint-ignore no-console -- the figures are this script's result
  console.log(line);
}
