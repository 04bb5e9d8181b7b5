/** A page on its own origin with the client library, and what it leaves for tests to see. */
import type { Client } from "../../src/client/client.d.ts";
import type { FakeExchange } from "../support/process.ts";
import type { TcpProxy } from "../support/tcp_proxy.ts";

declare global {
  var client: Client;
  var heard: {
    seqs: number[];
    rings: string[];
    popUps: string[];
    errors: string[];
    states: number;
  };
}

/** The library comes from the program, the socket goes through a network to cut. */
export function samplePage(program: FakeExchange, network: TcpProxy, options: object): string {
  return `<!DOCTYPE html>
<meta charset="utf-8">
<script type="module">
import { connect } from "http://127.0.0.1:${program.port}/client.js";
const client = connect("ws://127.0.0.1:${network.port}/", ${JSON.stringify(options)});
globalThis.heard = { seqs: [], rings: [], popUps: [], errors: [], states: 0 };
for (const name of ["call", "line", "provider"]) client.on(name, ({ seq }) => heard.seqs.push(seq));
client.on("ring", ({ caller }) => {
  heard.rings.push(caller.number);
  if (client.isLeader) heard.popUps.push(caller.number);
});
client.on("state", () => heard.states++);
client.on("error", ({ code }) => heard.errors.push(code));
globalThis.client = client;
</script>`;
}
