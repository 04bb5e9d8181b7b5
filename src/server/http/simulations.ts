/** /fake/*: makes telephones of the pretend exchange ring, for people who test what they build. */
import { z } from "zod";
import type { Simulation } from "../../bus/ports.ts";
import type { SimulationResult } from "../../model/simulation.ts";
import { badRequest, type Failure, lineText, numberText, readJson } from "../validation.ts";
import { NOBODY } from "../access/permissions.ts";
import { type Identity, isNobody, permits } from "../access/identity.ts";
import { failure, json } from "./answers.ts";
import { readBody } from "./body.ts";
import type { Route, RoutesOptions, Visit } from "./route.ts";

const MOST_DELAY_MS = 3_600_000;

const flag = z.boolean({ error: "expected true or false" });
const DELAY = `expected milliseconds, at most ${MOST_DELAY_MS}`;
const delay = z.int(DELAY).min(0, DELAY).max(MOST_DELAY_MS, DELAY);

const call = z.strictObject({
  to: lineText,
  from: numberText.regex(/^[0-9*#+]+$/, "expected digits, +, * and #").optional(),
  name: z.string({ error: "expected a name" }).max(80, "expected at most 80 characters").optional(),
  hidden: flag.optional(),
  lateCallerId: flag.optional(),
  answerAfterMs: delay.optional(),
  hangUpAfterMs: delay.optional(),
}, { error: "expected a JSON object" });

const play = z.strictObject({ line: lineText.optional() }, { error: "expected a JSON object" });

const SCENARIOS = "/fake/scenarios";

/** The routes below /fake/; none where there is no pretend exchange. */
export function simulationRoute(
  pathname: string,
  { simulation }: RoutesOptions,
): Route | undefined {
  if (simulation === undefined) return undefined;
  if (pathname === "/fake/calls") {
    return { POST: (visit, options) => ring(visit, options, simulation) };
  }
  if (pathname === SCENARIOS) return { GET: () => json(200, simulation.scenarios) };
  const name = pathname.slice(SCENARIOS.length + 1);
  return pathname === `${SCENARIOS}/${name}` && simulation.scenarios.some((s) => s.name === name)
    ? { POST: (visit, options) => playScenario(visit, options, simulation, name) }
    : undefined;
}

async function ring(
  { request, identity }: Visit,
  options: RoutesOptions,
  simulation: Simulation,
): Promise<Response> {
  const body = await readBody(request, options);
  if (typeof body !== "string") return body;
  const wish = read(call, body);
  if ("kind" in wish) return failure(wish.error);
  const refused = refusal(identity, wish.data.to);
  return refused ?? answer(simulation.ring(wish.data));
}

/** The body may be left out, and its type with it. */
async function playScenario(
  { request, identity }: Visit,
  options: RoutesOptions,
  simulation: Simulation,
  name: string,
): Promise<Response> {
  const body = request.headers.has("content-type") ? await readBody(request, options) : "{}";
  if (typeof body !== "string") return body;
  const wish = read(play, body);
  if ("kind" in wish) return failure(wish.error);
  const { line } = wish.data;
  return refusal(identity, line) ?? answer(simulation.play(name, line));
}

/** Who may not control a line may not make it ring; without a line, any of them may ring. */
function refusal(identity: Identity, line: string | undefined): Response | undefined {
  if (line === undefined ? identity.can.includes("control") : permits(identity, "control", line)) {
    return undefined;
  }
  if (isNobody(identity)) return failure(NOBODY);
  return failure({ code: "not_permitted", message: "You may not make this telephone ring" });
}

function answer(result: SimulationResult): Response {
  return result.ok ? json(200, { call: result.call }) : failure(result.error);
}

function read<T>(schema: z.ZodType<T>, body: string): { readonly data: T } | Failure {
  const message = readJson(body);
  if ("kind" in message) return message;
  const parsed = schema.safeParse(message.json);
  return parsed.success ? { data: parsed.data } : badRequest(parsed.error);
}
