/**
 * The client library under Node, as the server hands it out: lets the fake exchange ring, follows the
 * call to its end, and writes what it saw as one line of JSON.
 *
 * node node_use.mjs http://127.0.0.1:43001 FOLDER file:///…/ws.mjs
 */
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { pathToFileURL } from "node:url";

const PATIENCE_MS = 60_000;
const [origin = "", folder = "", wsModule = ""] = process.argv.slice(2);
const file = `${folder}/client.mjs`;
await writeFile(file, await (await fetch(`${origin}/client.js`)).text());
const { connect, Tapi2WsError } = await import(pathToFileURL(file).href);
const { WebSocket } = await import(wsModule);

const client = connect(`${origin}/`, { lines: 201, WebSocket });
await client.ready;
const rung = new Promise((resolve) => client.on("ring", resolve));
const events = client.events({ signal: AbortSignal.timeout(PATIENCE_MS) });
await fetch(`${origin}/fake/calls`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ to: "201", from: "+441632960001", hangUpAfterMs: 500 }),
});
const states = [];
for await (const event of events) {
  if (event.type !== "call") continue;
  states.push(event.call.state);
  if (event.change === "ended") break;
}
const { caller, direction } = await rung;

const after = client.events({ signal: AbortSignal.timeout(PATIENCE_MS) });
const made = await client.dial(201, "902");
for await (const { type, call } of after) {
  if (type === "call" && call.id === made.call && call.state === "RINGBACK") break;
}
const ended = new Promise((resolve) => client.on("ended", resolve));
await client.drop(client.calls.get(made.call));
const dialled = (await ended).called.number;
const refused = await client.dial(999, "1").catch((error) => error);
await client.close();
process.stdout.write(JSON.stringify({
  first: states[0],
  last: states.at(-1),
  caller: caller.number,
  direction,
  dialled,
  refused: refused instanceof Tapi2WsError && refused.code,
  callsLeft: client.calls.size,
  status: client.status,
}));
