/** The metrics of the whole program, as Prometheus reads them. */
import assert from "node:assert/strict";
import { Metrics } from "../../src/metrics/metrics.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { callEvent } from "../support/events.ts";
import { until } from "../support/patience.ts";
import { TestProgram } from "../support/program.ts";
import { hasPromtool, promtool } from "../support/promtool.ts";
import { V2TestClient } from "../support/v2_client.ts";

type Samples = ReadonlyMap<string, number>;

/** By name and labels, as they are written. */
function samplesOf(text: string): Samples {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

async function scrape(port: number): Promise<{ text: string; samples: Samples }> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  return { text, samples: samplesOf(text) };
}

function metrics(): Metrics {
  return new Metrics({
    version: "1.2.3",
    runtimeVersion: "2",
    status: () => ({
      provider: "down",
      lines: { open: 1, closed: 2, failed: 3, outOfService: 4 },
      lastMessageAgeSeconds: null,
      lastProbeAgeSeconds: 5,
      silentForSeconds: null,
      troubles: [],
      hanging: [],
    }),
    load: () => ({ clients: { classic: 1, v2: 2, sse: 3 }, unsentBytes: 99 }),
    journal: () => undefined,
    process: () => ({ residentBytes: 10, heapUsedBytes: 5, cpuSeconds: 1.5 }),
    nowMs: () => 1_000_000,
  });
}

const ignore = !hasPromtool;

Deno.test("a program that has lived counts all that it should", async () => {
  await using flow = await TestProgram.start({ polite: false });
  await using client = await V2TestClient.connect(flow.port);
  const ask = async (command: object) => {
    const asked = client.ask(command);
    let answered = false;
    void asked.then(() => answered = true);
    await flow.pass(() => answered);
    return await asked;
  };
  await using classic = await flow.connect();
  classic.send("no JSON");
  assert.equal((await ask({ cmd: "dial", line: "201", number: "0123" })).type, "result");
  // The fake exchange refuses this number at once, with an error of TAPI's.
  assert.equal((await ask({ cmd: "dial", line: "202", number: "904" })).type, "error");
  assert.equal((await ask({ cmd: "dial", line: "999", number: "0123" })).type, "error");
  await flow.pass(() => classic.frames.some(({ state }) => state === "CONNECTED"));
  classic.send({ cmd: "drop", line: 201 });
  await ask({ cmd: "journal" });
  await flow.pass(() => classic.frames.some(({ state }) => state === "IDLE"));
  const { samples } = await scrape(flow.port);
  const at = (name: string) => samples.get(name);
  assert.equal(at("tapi2ws_provider_up"), 1);
  assert.equal(at('tapi2ws_lines{status="open"}'), 8);
  assert.equal(at('tapi2ws_clients{dialect="v2"}'), 1);
  assert.equal(at('tapi2ws_clients{dialect="classic"}'), 1);
  assert.equal(at('tapi2ws_commands_total{cmd="invalid",result="bad_json"}'), 1);
  assert.equal(at('tapi2ws_commands_total{cmd="dial",result="ok"}'), 1);
  assert.equal(at('tapi2ws_commands_total{cmd="dial",result="unknown_line"}'), 1);
  assert.equal(at('tapi2ws_commands_total{cmd="dial",result="tapi_error"}'), 1);
  assert.equal(at('tapi2ws_commands_total{cmd="drop",result="ok"}'), 1);
  assert.equal(at('tapi2ws_commands_total{cmd="journal",result="ok"}'), 1);
  const tapiErrors = [...samples.keys()].filter((name) =>
    name.startsWith("tapi2ws_tapi_errors_total")
  );
  assert(tapiErrors.some((name) => /name="LINEERR_\w+"/.test(name)), tapiErrors.join());
  const ended = at('tapi2ws_events_total{type="call",change="ended"}') ?? 0;
  assert(ended >= 1);
  assert((at("tapi2ws_messages_total") ?? 0) >= ended);
  assert((at("tapi2ws_drain_lag_seconds_count") ?? 0) >= ended);
  const events = [...samples].filter(([name]) => name.startsWith("tapi2ws_events_total"))
    .reduce((sum, [, count]) => sum + count, 0);
  assert.equal(at("tapi2ws_event_latency_seconds_count"), events);
  assert((at("process_resident_memory_bytes") ?? 0) > 1e6);
  assert((at("process_cpu_seconds_total") ?? 0) > 0);
});

Deno.test("connections that end are counted by their code", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const client = await flow.connect();
  await client[Symbol.asyncDispose]();
  let closes: [string, number][] = [];
  await until(async () => {
    const { samples } = await scrape(flow.port);
    closes = [...samples].filter(([name]) => name.startsWith("tapi2ws_closes_total"));
    return closes.length > 0;
  });
  assert.equal(closes.reduce((sum, [, count]) => sum + count, 0), 1);
  const counted = metrics();
  for (const code of [4410, 4410, 1006, 3999, 4999]) counted.closed(code);
  const samples = samplesOf(counted.exposition().text);
  assert.equal(samples.get('tapi2ws_closes_total{code="4410"}'), 2);
  assert.equal(samples.get('tapi2ws_closes_total{code="1006"}'), 1);
  assert.equal(samples.get('tapi2ws_closes_total{code="other"}'), 2);
});

Deno.test("later requests are read again, and two programs count separately", () => {
  const [one, other] = [metrics(), metrics()];
  one.messagesCame(3);
  assert.equal(samplesOf(one.exposition().text).get("tapi2ws_messages_total"), 3);
  one.messagesCame(4);
  const samples = samplesOf(one.exposition().text);
  assert.equal(samples.get("tapi2ws_messages_total"), 7);
  assert.equal(samples.get('tapi2ws_lines{status="out_of_service"}'), 4);
  assert.equal(samples.get("tapi2ws_last_message_timestamp_seconds"), 0);
  assert.equal(samples.get("tapi2ws_last_probe_timestamp_seconds"), 995);
  assert.equal(samplesOf(other.exposition().text).get("tapi2ws_messages_total"), 0);
});

Deno.test("a duration falls into its bucket", () => {
  const counted = metrics();
  counted.drained(2);
  counted.delivered(callEvent(), 0.02);
  const samples = samplesOf(counted.exposition().text);
  assert.equal(samples.get('tapi2ws_drain_lag_seconds_bucket{le="0.001"}'), 0);
  assert.equal(samples.get('tapi2ws_drain_lag_seconds_bucket{le="0.0025"}'), 1);
  assert.equal(samples.get('tapi2ws_event_latency_seconds_bucket{le="0.00001"}'), 0);
  assert.equal(samples.get('tapi2ws_event_latency_seconds_bucket{le="0.000025"}'), 1);
});

Deno.test("a provider with a thousand codes of its own makes one series", () => {
  const counted = metrics();
  for (let code = 0; code < 1000; code++) counted.tapiFailed(`0xC${code.toString(16)}`);
  for (const name of Object.keys(LINEERR)) counted.tapiFailed(`LINEERR_${name}`);
  const { text } = counted.exposition();
  const series = [...samplesOf(text).keys()].filter((name) => name.includes("tapi_errors_total"));
  assert.equal(series.length, Object.keys(LINEERR).length + 1);
  assert(series.includes('tapi2ws_tapi_errors_total{name="provider_specific"}'));
});

Deno.test("no number, address or line is in any metric", async () => {
  await using flow = await TestProgram.start({ callsPerMinute: 120, polite: false });
  await using client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: "904" });
  client.send({ cmd: "dial", line: "+441632960123", number: "0123" });
  await flow.pass(() => client.frames.length > 200);
  const { text } = await scrape(flow.port);
  const allowed: Readonly<Record<string, RegExp>> = {
    le: /^(?:[\d.e-]+|\+Inf)$/,
    code: /^(?:[14]\d{3}|other)$/,
    version: /^\d+\.\d+\.\d+$/,
    deno: /^\d+\.\d+\.\d+$/,
  };
  const labels = [...text.matchAll(/(\w+)="([^"]*)"/g)];
  assert(labels.length > 50);
  for (const [pair, label = "", value = ""] of labels) {
    assert.match(value, allowed[label] ?? /^(?:[a-z_]+|v2|LINEERR_[A-Z0-9]+)$/, pair);
  }
});

Deno.test({
  name: "Prometheus' linter has nothing to say against them",
  ignore,
  async fn() {
    await using flow = await TestProgram.start({ callsPerMinute: 120, polite: false });
    await using client = await flow.connect();
    await flow.pass(() => client.frames.length > 50);
    assert.equal(await promtool("metrics", (await scrape(flow.port)).text), "");
    const wrong = "# TYPE tapi2ws_wrong counter\ntapi2ws_wrong 1\n";
    assert.notEqual(await promtool("metrics", wrong), "");
  },
});
