/** A gateway in a process of its own, as the subject of a benchmark. Arguments: the address of NATS. */
import { configureLogging } from "../../src/log.ts";
import { TestGateway } from "../nats/rig.ts";
import { answer, collectGarbage } from "./subject.mjs";

await configureLogging({ level: "error", format: "text", file: undefined, maskNumbers: true });

/** The events that are remembered are not what is measured here. */
const HISTORY_LENGTH = 1000;

const gateway = new TestGateway(Deno.args, 1, {}, HISTORY_LENGTH);
await gateway.ready();
answer({
  lines: () => gateway.gateway.lines().length,
  seq: () => gateway.bus.seq,
  heapBytes() {
    collectGarbage();
    return Deno.memoryUsage().heapUsed;
  },
}, { port: gateway.port });
