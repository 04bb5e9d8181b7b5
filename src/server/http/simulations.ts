/** /fake/*: makes phones of the simulated exchange ring, for people who test what they build. */
import { z } from "zod";
import type { Simulation } from "../../bus/ports.ts";
import type { SimulatedCall, SimulationResult } from "../../model/simulation.ts";
import { type Identity, isUnauthenticated, permits } from "../access/identity.ts";
import { TOKEN_NEEDED } from "../access/permissions.ts";
import {
  badRequest,
  extension,
  type Failure,
  readJson,
  telephoneNumber,
  trueOrFalse,
} from "../validation.ts";
import { failure, json } from "./answers.ts";
import { readBody } from "./body.ts";
import type { Route, RouteContext, Visit } from "./route.ts";

const MOST_DELAY_MS = 3_600_000;

const DELAY = `expected milliseconds, at most ${MOST_DELAY_MS}`;
const delay = z.int(DELAY).min(0, DELAY).max(MOST_DELAY_MS, DELAY);

const call: z.ZodType<SimulatedCall> = z.strictObject({
  to: extension,
  from: telephoneNumber.regex(/^[0-9*#+]+$/, "expected digits, +, * and #").optional(),
  name: z.string({ error: "expected a name" }).max(80, "expected at most 80 characters").optional(),
  hidden: trueOrFalse.optional(),
  lateCallerId: trueOrFalse.optional(),
  answerAfterMs: delay.optional(),
  hangUpAfterMs: delay.optional(),
}, { error: "expected a JSON object" });

const play = z.strictObject({ line: extension.optional() }, { error: "expected a JSON object" });

const SCENARIOS = "/fake/scenarios";

/** The routes below /fake/; none without a simulated exchange. */
export function simulationRoute(
  pathname: string,
  { simulation }: RouteContext,
): Route | undefined {
  if (simulation === undefined) return undefined;
  if (pathname === "/fake/calls") {
    return { POST: (visit, context) => ring(visit, context, simulation) };
  }
  if (pathname === SCENARIOS) return { GET: () => json(200, simulation.scenarios) };
  const name = pathname.slice(SCENARIOS.length + 1);
  return pathname === `${SCENARIOS}/${name}` && simulation.scenarios.some((s) => s.name === name)
    ? { POST: (visit, context) => playScenario(visit, context, simulation, name) }
    : undefined;
}

async function ring(
  { request, identity }: Visit,
  context: RouteContext,
  simulation: Simulation,
): Promise<Response> {
  const body = await readBody(request, context);
  if (typeof body !== "string") return body;
  const checked = read(call, body);
  if ("kind" in checked) return failure(checked.error);
  const { data } = checked;
  return refusal(identity, data.to) ?? answer(simulation.ring(data));
}

/** The body can be left out, and its type with it. */
async function playScenario(
  { request, identity }: Visit,
  context: RouteContext,
  simulation: Simulation,
  name: string,
): Promise<Response> {
  const body = request.headers.has("content-type") ? await readBody(request, context) : "{}";
  if (typeof body !== "string") return body;
  const checked = read(play, body);
  if ("kind" in checked) return failure(checked.error);
  const { line } = checked.data;
  return refusal(identity, line) ?? answer(simulation.play(name, line));
}

/** To make a line ring needs the right to control it; without a line, any of them may ring. */
function refusal(identity: Identity, line: string | undefined): Response | undefined {
  if (line === undefined ? identity.can.includes("control") : permits(identity, "control", line)) {
    return undefined;
  }
  if (isUnauthenticated(identity)) return failure(TOKEN_NEEDED);
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
