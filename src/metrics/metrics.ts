/**
 * The program's metrics: counts what its parts tell, and tells it to Prometheus, which asks, and to
 * OpenTelemetry, where the runtime exports it.
 */
import { type Histogram as TelemetryHistogram, metrics as otel } from "@opentelemetry/api";
import type { Exposition, MetricsPort, RequestName, RequestResult } from "../bus/ports.ts";
import type { BusEvent } from "../model/event.ts";
import { catalogue, type FigureSources, type Metric } from "./catalogue.ts";
import { newCounts } from "./counts.ts";
import { expose } from "./exposition.ts";
import { BUCKETS_SECONDS, Histogram } from "./histogram.ts";

/** Close codes that are counted by themselves: those of RFC 6455 that occur, and the server's own. */
const KNOWN_CODES = new Set([
  ...[1000, 1001, 1005, 1006, 1009, 1011],
  ...[4401, 4403, 4408, 4410, 4429],
]);

export class Metrics implements MetricsPort {
  readonly #counts = newCounts();
  readonly #metrics: readonly Metric[];
  readonly #drainLag: Duration;
  readonly #eventLatency: Duration;

  constructor(sources: FigureSources) {
    const meter = otel.getMeter("tapi2ws", sources.version);
    this.#metrics = catalogue(this.#counts, sources, sources.nowMs());
    for (const { name, help, type, read } of this.#metrics) {
      const options = { description: help };
      const observable = type === "counter"
        ? meter.createObservableCounter(telemetryName(name), options)
        : meter.createObservableGauge(telemetryName(name), options);
      observable.addCallback((result) => {
        for (const [labels, value] of read()) result.observe(value, labels);
      });
    }
    const duration = (name: string, help: string): Duration => {
      const told = meter.createHistogram(telemetryName(name), {
        description: help,
        unit: "s",
        advice: { explicitBucketBoundaries: [...BUCKETS_SECONDS] },
      });
      return new Duration(new Histogram(name, help), told);
    };
    this.#drainLag = duration(
      "tapi2ws_drain_lag_seconds",
      "From lineGetMessage's return until the event that it brought is published",
    );
    this.#eventLatency = duration(
      "tapi2ws_event_latency_seconds",
      "From an event's publishing until it is handed to every socket",
    );
  }

  closed(code: number): void {
    this.#counts.closes.add(KNOWN_CODES.has(code) ? String(code) : "other");
  }

  answered(request: RequestName, result: RequestResult): void {
    this.#counts.commands.add(request, result);
  }

  delivered(event: BusEvent, tookMs: number): void {
    this.#counts.events.add(event.type, event.type === "provider" ? event.state : event.change);
    this.#eventLatency.observe(tookMs / 1000);
  }

  /** TAPI has delivered messages. */
  messagesCame(count: number): void {
    this.#counts.messages += count;
  }

  /** The message behind an event has waited so long. */
  drained(lagMs: number): void {
    this.#drainLag.observe(lagMs / 1000);
  }

  /** @param name LINEERR_…, or a provider's own code in hex: providers may have any number of these. */
  tapiFailed(name: string): void {
    this.#counts.tapiErrors.add(name.startsWith("LINEERR_") ? name : "provider_specific");
  }

  exposition(): Exposition {
    return expose(this.#metrics, [this.#drainLag.asked, this.#eventLatency.asked]);
  }
}

/** One histogram, told both ways. */
class Duration {
  constructor(readonly asked: Histogram, readonly told: TelemetryHistogram) {}

  observe(seconds: number): void {
    this.asked.observe(seconds);
    // Does nothing where the runtime exports no telemetry.
    this.told.record(seconds);
  }
}

/** `tapi2ws_messages_total` -> `tapi2ws.messages`: exporters add what Prometheus wants. */
function telemetryName(name: string): string {
  return name.replace(/_total$/, "").replace("_", ".");
}
