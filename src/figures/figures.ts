/**
 * The program's figures: counts what its parts tell, and tells it to Prometheus, which asks, and to
 * OpenTelemetry, where the runtime exports it.
 */
import { type Histogram as TelemetryHistogram, metrics } from "@opentelemetry/api";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { BusEvent } from "../bus/events.ts";
import type { Exposition, FiguresPort, RequestName, RequestResult } from "../bus/figures.ts";
import { catalogue, type Figure, type FigureSources } from "./catalogue.ts";
import { newCounts } from "./counts.ts";

/** From what a quiet machine does to what people notice. */
const BUCKETS_SECONDS = [
  ...[0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025],
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
];

/** Close codes that are counted by themselves: those of RFC 6455 that occur, and the server's own. */
const KNOWN_CODES = new Set([
  ...[1000, 1001, 1005, 1006, 1009, 1011],
  ...[4401, 4403, 4408, 4410, 4429],
]);

export class Figures implements FiguresPort {
  readonly #counts = newCounts();
  readonly #registry = new Registry();
  readonly #drainLag: Duration;
  readonly #eventLatency: Duration;

  constructor(sources: FigureSources) {
    const meter = metrics.getMeter("tapi2ws", sources.version);
    const duration = (name: string, help: string): Duration => {
      const shared = { name, help, buckets: BUCKETS_SECONDS };
      const told = meter.createHistogram(telemetryName(name), {
        description: help,
        unit: "s",
        advice: { explicitBucketBoundaries: BUCKETS_SECONDS },
      });
      return new Duration(new Histogram({ ...shared, registers: [this.#registry] }), told);
    };
    for (const figure of catalogue(this.#counts, sources, sources.nowMs())) {
      register(figure, this.#registry);
      const options = { description: figure.help };
      const name = telemetryName(figure.name);
      const observable = figure.type === "counter"
        ? meter.createObservableCounter(name, options)
        : meter.createObservableGauge(name, options);
      observable.addCallback((result) => {
        for (const [labels, value] of figure.read()) result.observe(value, labels);
      });
    }
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
    this.#counts.commands.add(request === "dropAll" ? "drop" : request, result);
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

  async exposition(): Promise<Exposition> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
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

/** Makes a figure known to Prometheus; its numbers are copied when they are asked for. */
function register({ name, help, type, labels, read }: Figure, registry: Registry): void {
  const shared = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === "gauge") {
    new Gauge({
      ...shared,
      collect() {
        this.reset();
        for (const [values, value] of read()) this.set(values, value);
      },
    });
  } else {
    new Counter({
      ...shared,
      collect() {
        this.reset();
        for (const [values, value] of read()) this.inc(values, value);
      },
    });
  }
}

/** `tapi2ws_messages_total` -> `tapi2ws.messages`: exporters add what Prometheus wants. */
function telemetryName(name: string): string {
  return name.replace(/_total$/, "").replace("_", ".");
}
