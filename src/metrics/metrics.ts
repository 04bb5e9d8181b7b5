/** The program's metrics, for Prometheus, and for OpenTelemetry if the runtime exports it. */
import { type Histogram as TelemetryHistogram, metrics as otel } from "@opentelemetry/api";
import type { DirectoryResult, Exposition, MetricsPort } from "../bus/ports.ts";
import { CLOSE } from "../model/close_code.ts";
import type { BusEvent } from "../model/event.ts";
import { catalogue, type Metric, type MetricSources } from "./catalogue.ts";
import { newCounts } from "./counts.ts";
import { expose } from "./exposition.ts";
import { BUCKETS_SECONDS, Histogram } from "./histogram.ts";

/** Normal closure, no code, no close frame, internal error: how RFC 6455's connections end. */
const RFC_6455_CODES = [1000, 1005, 1006, 1011];
/** Close codes with a series of their own. */
const KNOWN_CODES = new Set<number>([
  ...Object.values(CLOSE).map(({ code }) => code),
  ...RFC_6455_CODES,
]);

export class Metrics implements MetricsPort {
  readonly #counts = newCounts();
  readonly #metrics: readonly Metric[];
  readonly #drainLag: Duration;
  readonly #eventLatency: Duration;

  constructor(sources: MetricSources) {
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
      const exported = meter.createHistogram(telemetryName(name), {
        description: help,
        unit: "s",
        advice: { explicitBucketBoundaries: [...BUCKETS_SECONDS] },
      });
      return new Duration(new Histogram(name, help), exported);
    };
    this.#drainLag = duration(
      "tapi2ws_drain_lag_seconds",
      "From lineGetMessage's return until the event of its message is published",
    );
    this.#eventLatency = duration(
      "tapi2ws_event_latency_seconds",
      "From the publication of an event until every socket has it",
    );
  }

  closed(code: number): void {
    this.#counts.closes.add(KNOWN_CODES.has(code) ? String(code) : "other");
  }

  answered(request: string, result: string): void {
    this.#counts.commands.add(request, result);
  }

  delivered(event: BusEvent, tookMs: number): void {
    this.#counts.events.add(event.type, event.type === "provider" ? event.state : event.change);
    this.#eventLatency.observe(tookMs / 1000);
  }

  /** A source of the directory has answered, or not. */
  lookedUp(source: string, result: DirectoryResult): void {
    this.#counts.lookUps.add(source, result);
  }

  /** TAPI has delivered messages. */
  messagesCame(count: number): void {
    this.#counts.messages += count;
  }

  /** The message of an event waited so long until the event was published. */
  drained(lagMs: number): void {
    this.#drainLag.observe(lagMs / 1000);
  }

  /** @param name LINEERR_…, or a driver's own code in hex, of which there may be any number. */
  tapiFailed(name: string): void {
    this.#counts.tapiErrors.add(name.startsWith("LINEERR_") ? name : "provider_specific");
  }

  exposition(): Exposition {
    return expose(this.#metrics, [this.#drainLag.collected, this.#eventLatency.collected]);
  }
}

/** A histogram that Prometheus collects and OpenTelemetry is sent. */
class Duration {
  constructor(readonly collected: Histogram, readonly exported: TelemetryHistogram) {}

  observe(seconds: number): void {
    this.collected.observe(seconds);
    // Does nothing if the runtime exports no telemetry.
    this.exported.record(seconds);
  }
}

/** `tapi2ws_messages_total` -> `tapi2ws.messages`: exporters add the suffixes of Prometheus. */
function telemetryName(name: string): string {
  return name.replace(/_total$/, "").replace("_", ".");
}
