/** `deno task soak [--messages N] [--clients N] [--minutes N]`: a long soak, and its figures. */
import { parseArgs } from "node:util";
import { buildStandin } from "../native/standin.ts";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "1000000" },
    clients: { type: "string", default: "12" },
    minutes: { type: "string", default: "15" },
  },
});
const standinPath = await buildStandin();
if (standinPath === undefined) Deno.exit(1);
const { messages, seconds, clients, deafClients, frames, dialled, memory, problems } = await soak({
  standinPath,
  messages: Number(values.messages),
  clients: Number(values.clients),
  mostMinutes: Number(values.minutes),
  flat: "residentBytes",
});
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
    ["does not hold", problems.length === 0 ? "nothing" : problems.join("\n")],
  ] as const
) print(`${what.padEnd(32)}${figure}`);
Deno.exitCode = problems.length === 0 ? 0 : 1;

function print(line: string): void {
  // deno-lint-ignore no-console -- the figures are this script's result
  console.log(line);
}
