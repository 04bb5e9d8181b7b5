/**
 * A process of its own that attacks the port it is given: idle connections that never say anything, and
 * some that send without end. Prints one line when the idle ones are there, and one when the flooding
 * ones have been put out; leaves when its input ends.
 */
import { frame, HANDSHAKE, RawConnection } from "../support/raw.ts";

const [port = 0, idle = 0, flooding = 0] = Deno.args.map(Number);

/** So many frames go out at once. */
const FRAMES = 200;

const say = (value: unknown) =>
  Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));

const silent: RawConnection[] = [];
const v2 = [...HANDSHAKE, "Sec-WebSocket-Protocol: tapi2ws.v2"];
while (silent.length < idle) {
  silent.push(
    ...await Promise.all(Array.from({ length: 50 }, () => RawConnection.upgraded(port, v2))),
  );
}
await say({ idle: silent.length });

const one = frame('{"cmd":"drop","line":"999"}');
const many = new Uint8Array(one.length * FRAMES);
for (let i = 0; i < FRAMES; i++) many.set(one, i * one.length);
const floods = await Promise.all(
  Array.from({ length: flooding }, async () => {
    const raw = await RawConnection.upgraded(port);
    while (!raw.ended) await raw.send(many);
    // Of a connection that the system has cut, the close frame could not be read.
    return raw.closeCode ?? null;
  }),
);
await say({ floods });
for await (const _ of Deno.stdin.readable);
Deno.exit();
