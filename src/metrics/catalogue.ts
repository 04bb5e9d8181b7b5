/**
 * Every metric but the histograms: name, meaning and source. Names and units follow Prometheus'
 * conventions. No label has a number, an address or a line: series are few and hold nothing personal.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
import { type ServerLoad, type ServiceStatus, SITE_STATES } from "../bus/ports.ts";
import { LINE_STATUSES, type LineStatus } from "../model/line.ts";
import type { Counts } from "./counts.ts";

/** Values that are read when metrics are collected. */
export interface MetricSources {
  readonly version: string;
  /** Of Deno. */
  readonly runtimeVersion: string;
  readonly status: () => ServiceStatus;
  readonly load: () => ServerLoad;
  /** `undefined`: the journal is off. */
  readonly journal: () => JournalLoad | undefined;
  readonly process: () => ProcessLoad;
  /** The date: milliseconds since 1970, UTC. */
  readonly nowMs: () => number;
}

interface JournalLoad {
  /** Entries that wait to be written. */
  readonly backlog: number;
  readonly written: number;
  readonly dropped: number;
}

export interface ProcessLoad {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  /** User and system time since the start. */
  readonly cpuSeconds: number;
}

export type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** The names of its samples' labels. */
  readonly labels: readonly string[];
  readonly read: () => Iterable<Sample>;
}

/** @param startedAtMs When the program started. */
export function catalogue(
  counts: Counts,
  sources: MetricSources,
  startedAtMs: number,
): readonly Metric[] {
  const { version, runtimeVersion, status, load, journal, nowMs } = sources;
  const metric = (
    type: Metric["type"],
    name: string,
    help: string,
    labels: readonly string[],
    read: Metric["read"],
  ): Metric => ({ type, name, help, labels, read });
  const gauge = (name: string, help: string, value: () => number) =>
    metric("gauge", name, help, [], () => [[{}, value()]]);
  const counter = (name: string, help: string, value: () => number) =>
    metric("counter", name, help, [], () => [[{}, value()]]);
  /** The time so many seconds ago, since 1970; 0 if there was none yet. */
  const momentOf = (ageSeconds: number | null) =>
    ageSeconds === null ? 0 : nowMs() / 1000 - ageSeconds;
  return [
    metric("gauge", "tapi2ws_build_info", "Always 1; the versions", ["version", "deno"], () => [
      [{ version, deno: runtimeVersion }, 1],
    ]),
    gauge(
      "tapi2ws_provider_up",
      "Whether TAPI is initialised and answers",
      () => status().provider === "up" ? 1 : 0,
    ),
    metric("gauge", "tapi2ws_lines", "Lines that were found", ["status"], () => {
      const { outOfService: out_of_service, ...others } = status().lines;
      const lines: Readonly<Record<LineStatus, number>> = { out_of_service, ...others };
      return LINE_STATUSES.map((status) => [{ status }, lines[status]]);
    }),
    gauge(
      "tapi2ws_hanging_functions",
      "Functions of the TAPI library that have not returned for a long time",
      () => status().hanging.length,
    ),
    gauge(
      "tapi2ws_last_message_timestamp_seconds",
      "When TAPI's last message arrived, since 1970; 0 before the first",
      () => momentOf(status().lastMessageAgeSeconds),
    ),
    gauge(
      "tapi2ws_last_probe_timestamp_seconds",
      "When the telephony service last answered a probe, since 1970; 0 before the first",
      () => momentOf(status().lastProbeAgeSeconds),
    ),
    counter("tapi2ws_messages_total", "Messages from TAPI", () => counts.messages),
    tally("tapi2ws_tapi_errors_total", "Errors from TAPI", counts.tapiErrors, "name"),
    tally("tapi2ws_events_total", "Events published", counts.events, "type", "change"),
    metric(
      "gauge",
      "tapi2ws_clients",
      "Connected clients",
      ["dialect"],
      () => Object.entries(load().clients).map(([dialect, count]): Sample => [{ dialect }, count]),
    ),
    gauge(
      "tapi2ws_unsent_bytes",
      "Bytes that wait in the clients' sockets",
      () => load().unsentBytes,
    ),
    tally("tapi2ws_closes_total", "Connections that have ended", counts.closes, "code"),
    tally("tapi2ws_commands_total", "Commands answered", counts.commands, "cmd", "result"),
    gauge(
      "tapi2ws_journal_backlog_entries",
      "Entries of the journal that wait to be written",
      () => journal()?.backlog ?? 0,
    ),
    counter(
      "tapi2ws_journal_written_entries_total",
      "Entries written to the journal",
      () => journal()?.written ?? 0,
    ),
    counter(
      "tapi2ws_journal_dropped_entries_total",
      "Entries lost because the journal could not be written for a long time",
      () => journal()?.dropped ?? 0,
    ),
    tally(
      "tapi2ws_directory_questions_total",
      "Questions to the directory's sources",
      counts.lookUps,
      "source",
      "result",
    ),
    metric(
      "gauge",
      "tapi2ws_directory_source_up",
      "Whether a source of the directory answered its last question",
      ["source"],
      () =>
        (status().directory ?? []).map(({ source, status }): Sample => [
          { source },
          status === "up" ? 1 : 0,
        ]),
    ),
    gauge(
      "tapi2ws_nats_connected",
      "Whether a site or a gateway is connected to NATS; 0 on a server that stands alone",
      () => status().nats?.connected === true ? 1 : 0,
    ),
    gauge(
      "tapi2ws_nats_waiting_events",
      "Events of a site that wait until NATS has stored them",
      () => status().nats?.waitingEvents ?? 0,
    ),
    gauge(
      "tapi2ws_nats_missing_events",
      "Events that NATS has and a gateway has not read yet",
      () => status().nats?.missingEvents ?? 0,
    ),
    counter(
      "tapi2ws_nats_gaps_total",
      "How often a gateway had to ask for events that did not come by themselves",
      () => status().nats?.gaps ?? 0,
    ),
    metric(
      "gauge",
      "tapi2ws_nats_sites",
      "Sites that a gateway knows",
      ["state"],
      () =>
        SITE_STATES.map((state): Sample => [
          { state },
          (status().nats?.sites ?? []).filter((site) => site.state === state).length,
        ]),
    ),
    gauge(
      "tapi2ws_heap_used_bytes",
      "Memory used by the program's objects",
      () => sources.process().heapUsedBytes,
    ),
    gauge(
      "process_resident_memory_bytes",
      "Memory of the process",
      () => sources.process().residentBytes,
    ),
    counter(
      "process_cpu_seconds_total",
      "User and system time of the process",
      () => sources.process().cpuSeconds,
    ),
    gauge(
      "process_start_time_seconds",
      "When the process started, since 1970",
      () => startedAtMs / 1000,
    ),
  ];
}

function tally(
  name: string,
  help: string,
  counted: Counts["events"],
  ...labels: readonly [label: string, detailLabel?: string]
): Metric {
  const [label, detailLabel] = labels;
  const read = function* (): Iterable<Sample> {
    for (const [value, detail, count] of counted) {
      const details = detailLabel === undefined ? {} : { [detailLabel]: detail };
      yield [{ [label]: value, ...details }, count];
    }
  };
  return { type: "counter", name, help, labels: labels.filter((name) => name !== undefined), read };
}
