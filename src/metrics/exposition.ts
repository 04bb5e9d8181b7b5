/**
 * Metrics in Prometheus' text format. Its client libraries cannot be compiled into an executable, and
 * the format is small.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import type { Exposition } from "../bus/ports.ts";
import type { Labels, Metric } from "./catalogue.ts";
import type { Histogram } from "./histogram.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function expose(
  metrics: readonly Metric[],
  histograms: readonly Histogram[],
): Exposition {
  let text = "";
  for (const { name, help, type, read } of metrics) {
    text += head(name, help, type);
    for (const [labels, value] of read()) text += sample(name, labels, value);
  }
  for (const histogram of histograms) {
    const { name, help, sum, count } = histogram;
    text += head(name, help, "histogram");
    for (const [bound, below] of histogram.buckets()) {
      const le = bound === Infinity ? "+Inf" : String(bound);
      text += sample(`${name}_bucket`, { le }, below);
    }
    text += sample(`${name}_sum`, {}, sum) + sample(`${name}_count`, {}, count);
  }
  return { contentType: CONTENT_TYPE, text };
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
