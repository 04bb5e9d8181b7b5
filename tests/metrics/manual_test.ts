/** The manual's metrics, alerts and the dashboard, against what the program has. */
import assert from "node:assert/strict";
import dashboard from "../fixtures/grafana_dashboard.json" with { type: "json" };
import { rowsOf, sample } from "../support/manual.ts";
import { until } from "../support/patience.ts";
import { TestProgram } from "../support/program.ts";
import { hasPromtool, promtool } from "../support/promtool.ts";

const RULES = sample("yaml", "groups:");
const QUERIES = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Each metric with its type and its labels. */
const METRICS: ReadonlyMap<string, { type: string; labels: ReadonlySet<string> }> = await metrics();

async function metrics() {
  await using flow = await TestProgram.start({ polite: false });
  await using client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: "904" });
  await flow.ring("202");
  await using gone = await flow.connect();
  await gone[Symbol.asyncDispose]();
  await flow.pass(() => client.texts.some((text) => text.includes("error")));
  let text = "";
  await until(async () => {
    text = await (await fetch(`http://127.0.0.1:${flow.port}/metrics`)).text();
    return text.includes("tapi2ws_closes_total{");
  });
  const types = text.matchAll(/^# TYPE (\w+) (\w+)$/gm);
  return new Map([...types].map(([, name = "", type = ""]) => {
    const samples = text.matchAll(new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, "gm"));
    const labels = [...samples].flatMap(([, pairs = ""]) =>
      [...pairs.matchAll(/(\w+)="/g)].map(([, label = ""]) => label)
    );
    return [name, { type, labels: new Set(labels) }];
  }));
}

/** The metrics that a query names, with the labels that it asks for. */
function* named(query: string): Iterable<[name: string, labels: string[]]> {
  for (
    const [, name = "", selectors = ""] of query.matchAll(
      /\b((?:tapi2ws|process)_\w+)(\{[^}]*\})?/g,
    )
  ) {
    yield [name, [...selectors.matchAll(/(\w+)\s*[=!]/g)].map(([, label = ""]) => label)];
  }
}

function assertExists(query: string): void {
  const names = [...named(query)];
  assert(names.length > 0, query);
  for (const [name, labels] of names) {
    const metric = METRICS.get(name.replace(/_bucket$/, ""));
    assert(metric, `${name} in ${query}`);
    assert.equal(name.endsWith("_bucket"), metric.type === "histogram", query);
    for (const label of labels) assert(metric.labels.has(label), `${label} in ${query}`);
    // A counter says something only by how fast it grows.
    if (metric.type === "counter") {
      assert.match(query, new RegExp(`(?:rate|increase)\\(${name}\\[`));
    }
    for (const [, by = ""] of query.matchAll(/sum by \(([^)]*)\)/g)) {
      for (const label of by.split(", ")) {
        assert(label === "instance" || metric.labels.has(label), `${label} in ${query}`);
      }
    }
  }
}

Deno.test("every metric is in the manual's table with its labels, and no other is", () => {
  const metric = /^`((?:tapi2ws|process)_\w+)(?:\{([^}]*)\})?`/;
  const documented = new Map(
    rowsOf(metric).map(([cell = ""]) => {
      const [, name = "", labels = ""] = cell.match(metric) ?? [];
      return [name, labels];
    }),
  );
  assert.deepEqual([...documented.keys()].sort(), [...METRICS.keys()].sort());
  for (const [name, { labels }] of METRICS) {
    const shown = [...labels].filter((label) => label !== "le");
    assert.equal(documented.get(name), shown.join(", "), name);
  }
});

Deno.test("every query of the dashboard names a metric that is there", () => {
  assert(QUERIES.length >= 12);
  for (const query of QUERIES) assertExists(query);
});

Deno.test("every alert names metrics that are there", () => {
  const expressions = [...RULES.matchAll(/expr: (>-\n(?:\s{10}.*\n)+|.*\n)/g)].map((
    [, expr = ""],
  ) => expr);
  assert.equal(expressions.length, 3);
  for (const expression of expressions) assertExists(expression);
});

Deno.test({
  name: "Prometheus takes the alerts, and every query of the dashboard",
  ignore: !hasPromtool,
  async fn() {
    assert.equal(await promtool("rules", RULES), "");
    assert.notEqual(await promtool("rules", RULES.replace("== 0 or", "== or")), "");
    const rules = QUERIES.map((expr, at) =>
      `  - record: query:${at}\n    expr: ${JSON.stringify(expr)}`
    );
    const asRules = `groups:\n- name: dashboard\n  rules:\n${rules.join("\n")}\n`;
    assert.equal(await promtool("rules", asRules), "");
  },
});
