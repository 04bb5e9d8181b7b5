import assert from "node:assert/strict";
import { ManualClock } from "../../support/clock.ts";
import { callEvent, lineEvent, shown } from "../../support/events.ts";
import { EventStreamReader, type StreamItem } from "../../support/event_stream.ts";
import { until } from "../../support/patience.ts";
import { startTestServer } from "../../support/server.ts";
import { assertValid } from "../../support/v2_schema.ts";

const urlOf = ({ port }: { readonly port: number }, query = "") =>
  `http://127.0.0.1:${port}/api/v2/events${query}`;

/** The numbers of events, each checked against the schema. */
function seqsOf(items: readonly StreamItem[]): number[] {
  return items.map(({ event, id, data }) => {
    assert.equal(event, "message");
    const frame = JSON.parse(data);
    assertValid("Event", frame);
    assert.equal(id.split(":")[1], String(frame.seq));
    return frame.seq;
  });
}

Deno.test("a stream begins with the state, and every event follows with its number as id", async () => {
  const { bus, server } = startTestServer();
  bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  const stream = await EventStreamReader.open(urlOf(server));
  assert.equal(stream.response.headers.get("content-type"), "text/event-stream");
  assert.equal(stream.response.headers.get("cache-control"), "no-store");
  const [state] = await stream.take(1);
  assert.deepEqual([state?.event, state?.id], ["state", `${bus.epoch}:1`]);
  const snapshot = JSON.parse(state?.data ?? "");
  assertValid("Snapshot", snapshot);
  assert.equal(snapshot.lines[0].line, "201");
  bus.publish(callEvent());
  bus.publish({ type: "provider", atMs: 0, state: "down" });
  assert.deepEqual(seqsOf(await stream.take(2)), [2, 3]);
  await stream[Symbol.asyncDispose]();
  await until(() => server.clients === 0);
  await server.stop(1000);
});

Deno.test("?line= and ?events= choose", async () => {
  const { bus, server } = startTestServer();
  await using stream = await EventStreamReader.open(
    urlOf(server, "?line=201&line=203&events=call,provider"),
  );
  await stream.take(1);
  for (const line of ["201", "202", "203"]) {
    bus.publish(lineEvent({ line }));
    bus.publish(callEvent({ line }));
  }
  bus.publish({ type: "provider", atMs: 0, state: "restarting" });
  assert.deepEqual(seqsOf(await stream.take(3)), [2, 6, 7]);
  await server.stop(1000);
});

Deno.test("Last-Event-ID resumes: what was missed comes, once and in order", async () => {
  const { bus, server } = startTestServer();
  const first = await EventStreamReader.open(urlOf(server));
  await first.take(1);
  bus.publish(callEvent());
  const [heard] = await first.take(1);
  await first[Symbol.asyncDispose]();
  for (let i = 0; i < 3; i++) bus.publish(callEvent());
  const id = heard?.id ?? "";
  await using second = await EventStreamReader.open(urlOf(server), { "last-event-id": id });
  // The id in its URL is older than the one that a browser sends.
  await using third = await EventStreamReader.open(
    urlOf(server, `?lastEventId=${encodeURIComponent(id)}`),
  );
  bus.publish(callEvent());
  assert.deepEqual(seqsOf(await second.take(4)), [2, 3, 4, 5]);
  assert.deepEqual(seqsOf(await third.take(4)), [2, 3, 4, 5]);
  await server.stop(1000);
});

Deno.test("a resume that cannot be served begins with a gap and the state", async () => {
  const { bus, server } = startTestServer({ historyLength: 2 });
  for (let i = 0; i < 5; i++) bus.publish(callEvent());
  for (const id of [`${bus.epoch}:1`, "another:4", "nonsense", ""]) {
    await using stream = await EventStreamReader.open(urlOf(server), { "last-event-id": id });
    const [gap] = await stream.take(1);
    assert.deepEqual([gap?.event, gap?.id], ["gap", `${bus.epoch}:5`], id);
    const snapshot = JSON.parse(gap?.data ?? "");
    assertValid("Snapshot", snapshot);
    assert.equal(snapshot.gap, true);
  }
  await server.stop(1000);
});

Deno.test("a silent stream has a comment every 15 seconds", async () => {
  const clock = new ManualClock();
  const { bus, server } = startTestServer({ clock });
  const stream = await EventStreamReader.open(urlOf(server));
  await stream.take(1);
  for (let beat = 1; beat <= 3; beat++) clock.advance(15_000);
  bus.publish(callEvent());
  await stream.take(1);
  assert.equal(stream.comments, 3);
  await stream[Symbol.asyncDispose]();
  await until(() => server.clients === 0);
  await server.stop(1000);
  assert.equal(clock.pendingTimers, 0);
});

Deno.test("a reader that is too slow is ended, the others get everything", async () => {
  const { bus, server } = startTestServer({ maxUnsentBytes: 256 * 1024 });
  const stalled = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const request = "GET /api/v2/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  await stalled.write(new TextEncoder().encode(request));
  await until(() => server.clients === 1);
  await using quick = await EventStreamReader.open(urlOf(server));
  await quick.take(1);
  const event = callEvent({ caller: shown("1".repeat(1000)) });
  let all = 0;
  const publish = async () => {
    for (let i = 0; i < 100; i++) bus.publish(event);
    all += (await quick.take(100)).reduce((sum, { data }) => sum + data.length, 0);
  };
  while (server.clients === 2) await publish();
  // It is not sent this any more.
  for (let i = 0; i < 20; i++) await publish();
  assert.equal(server.clients, 1);
  // Its connection is cut: what it reads in the end is not everything.
  let bytes = 0;
  const buffer = new Uint8Array(1 << 16);
  try {
    for (let read; (read = await stalled.read(buffer)) !== null;) bytes += read;
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset, String(error));
  }
  assert(bytes < all);
  stalled.close();
  await server.stop(1000);
});

Deno.test("stopping ends every stream", async () => {
  const { server } = startTestServer();
  await using stream = await EventStreamReader.open(urlOf(server));
  await stream.take(1);
  await server.stop(1000);
  assert.equal(await stream.next(), undefined);
});

Deno.test("a wrong choice is 400, and HEAD opens no stream", async () => {
  const { server } = startTestServer();
  for (const query of ["?events=fax", "?events=", "?line="]) {
    const response = await fetch(urlOf(server, query));
    assert.equal(response.status, 400, query);
    const body = await response.json();
    assertValid("Error", body);
    assert.match(body.error.message, /(events|lines)\.0: expected/);
  }
  const head = await fetch(urlOf(server), { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-type")], [200, "text/event-stream"]);
  assert.equal(server.clients, 0);
  await server.stop(1000);
});
