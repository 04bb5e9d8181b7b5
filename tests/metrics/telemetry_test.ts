/** The program's OpenTelemetry export: from a real process to a real receiver. */
import assert from "node:assert/strict";
import { fakeArgs, ProgramProcess } from "../support/process.ts";
import { until } from "../support/patience.ts";
import { V2TestClient } from "../support/v2_client.ts";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface Point {
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly count?: string;
  readonly attributes: readonly Attribute[];
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly Point[] };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}

interface ExportedSpan {
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

/** Receives OTLP over HTTP, in JSON. */
class Receiver implements AsyncDisposable {
  spans: ExportedSpan[] = [];
  /** As told last. */
  metrics = new Map<string, Metric>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      this.#take(new URL(request.url).pathname, await request.json());
      return Response.json({});
    },
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  // deno-lint-ignore no-explicit-any -- what is received is looked at by the tests
  #take(path: string, body: any): void {
    for (const { scopeSpans } of path === "/v1/traces" ? body.resourceSpans : []) {
      for (const { scope, spans } of scopeSpans) {
        if (scope.name === "tapi2ws") this.spans.push(...spans);
      }
    }
    for (const { scopeMetrics } of path === "/v1/metrics" ? body.resourceMetrics : []) {
      for (const { scope, metrics } of scopeMetrics) {
        if (scope.name !== "tapi2ws") continue;
        for (const metric of metrics) this.metrics.set(metric.name, metric);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function valueOf(span: ExportedSpan, key: string): string | undefined {
  return span.attributes.find((attribute) => attribute.key === key)?.value.stringValue;
}

Deno.test("spans of commands and the metrics reach a receiver", async () => {
  await using receiver = new Receiver();
  await using program = new ProgramProcess(fakeArgs(), {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRIC_EXPORT_INTERVAL: "200",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
  await program.logged(/8 lines are open/);
  await using client = await V2TestClient.connect(await program.port());
  assert.equal((await client.ask({ cmd: "dial", line: "201", number: "0123" })).type, "result");
  assert.equal((await client.ask({ cmd: "dial", line: "999", number: "0123" })).type, "error");
  await until(() => receiver.spans.length >= 2);
  const [done, failed] = receiver.spans.toSorted((a, b) =>
    Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano))
  );
  assert(done && failed);
  assert.deepEqual([done.name, valueOf(done, "tapi2ws.result")], ["command dial", "ok"]);
  // The fake exchange sends its LINE_REPLY after a while.
  assert(BigInt(done.endTimeUnixNano) > BigInt(done.startTimeUnixNano));
  assert.equal(valueOf(failed, "tapi2ws.result"), "unknown_line");
  assert.equal(failed.status.code, 2);
  assert(!JSON.stringify(receiver.spans).includes("0123"), "a span names no number");
  await until(() => {
    const { sum } = receiver.metrics.get("tapi2ws.events") ?? {};
    return sum?.dataPoints.some(({ attributes }) =>
      attributes.some(({ value }) => value.stringValue === "call")
    ) ?? false;
  });
  const { metrics } = receiver;
  for (const name of ["tapi2ws.messages", "tapi2ws.commands", "process.cpu_seconds"]) {
    assert(metrics.get(name)?.sum, name);
  }
  assert.equal(metrics.get("tapi2ws.provider_up")?.gauge?.dataPoints[0]?.asDouble, 1);
  for (const name of ["tapi2ws.drain_lag_seconds", "tapi2ws.event_latency_seconds"]) {
    const metric = metrics.get(name);
    assert.equal(metric?.unit, "s");
    assert(Number(metric.histogram?.dataPoints[0]?.count) > 0, name);
  }
});

Deno.test({
  name: "without OTEL_DENO nothing is exported",
  // Windows has no signal that a process could be asked to end with.
  ignore: Deno.build.os === "windows",
  async fn() {
    await using receiver = new Receiver();
    await using program = new ProgramProcess(fakeArgs(), {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRIC_EXPORT_INTERVAL: "50",
      OTEL_BSP_SCHEDULE_DELAY: "50",
    });
    await program.logged(/8 lines are open/);
    await using client = await V2TestClient.connect(await program.port());
    await client.ask({ cmd: "dial", line: "201", number: "0123" });
    // Telemetry is sent when the program ends, at the latest.
    program.signal("SIGTERM");
    assert.equal(await program.exitCode(), 0);
    assert.deepEqual([receiver.spans, receiver.metrics.size], [[], 0]);
  },
});
