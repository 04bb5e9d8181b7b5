/** Calls that a tester asks for: one by its description, or a scenario by its name. */
import type {
  SimulatedAnswer,
  SimulatedCall,
  SimulatedScenario,
  SimulationResult,
} from "../../model/simulation.ts";
import type { Exchange, Telephone } from "../exchange/exchange.ts";
import type { Extension } from "../exchange/extension.ts";
import { Leg } from "../exchange/leg.ts";
import { type Cast, ring as ringStep } from "./cards.ts";
import { lookUp } from "./directory.ts";
import { SCENARIOS } from "./named_scenarios.ts";
import type { RingStep, Step } from "./scenario.ts";
import { ring, Script } from "./script.ts";

const ADA = { number: "+441632960001", name: "Ada Example" };
const TALK_MS = 5000;
const PATIENT_CALLER_MS = 60_000;

export class Simulation {
  readonly #exchange: Exchange;
  /** The telephones of people: scenarios take those that are free. */
  readonly #extensions: readonly Extension[];

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#extensions = [...exchange.extensions.values()].filter(({ isGroup }) => !isGroup);
  }

  get scenarios(): SimulatedScenario[] {
    const cast = castOf([]);
    return Object.entries(SCENARIOS).map(([name, { description, steps }]) => ({
      name,
      description,
      durationMs: Math.max(...steps(cast).map(({ atMs }) => atMs)),
    }));
  }

  /** Somebody calls, also one who is busy. */
  ring(call: SimulatedCall): SimulationResult {
    const { to, from = ADA.number, name = "", answerAfterMs } = call;
    const { hidden = false, lateCallerId = false, hangUpAfterMs = PATIENT_CALLER_MS } = call;
    const outside = { number: from, name };
    const first = ringStep({ a: to, outside }, { hidden, lateCallerId, callWaiting: true });
    const { call: label } = first;
    const later: Step[] = [{ do: "drop", atMs: hangUpAfterMs, call: label, by: "outside" }];
    if (answerAfterMs !== undefined) {
      later.unshift({ do: "answer", atMs: answerAfterMs, call: label });
    }
    return this.#begin(first, later, false);
  }

  /** Plays a scenario at the extension, or at one that is free; its people yield to clients. */
  play(name: string, line?: string): SimulationResult {
    const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
    if (scenario === undefined) return refused("not_supported", `There is no scenario ${name}`);
    const { legs } = this.#exchange;
    const others = this.#extensions
      .filter((extension) => extension.number !== line && legs.of(extension).size === 0)
      .map(({ number }) => number);
    const numbers = line === undefined ? others : [line, ...others];
    if (numbers.length < scenario.extensions) {
      return refused("not_supported", `${name} takes ${scenario.extensions} free extensions`);
    }
    const [first, ...later] = scenario.steps(castOf(numbers));
    if (first?.do !== "ring") throw new TypeError(`the scenario ${name} begins with no ring`);
    return this.#begin(first, later, true, scenario.telephone);
  }

  /** The owner of a number, in the exchange's own directory. */
  lookUp(number: string): SimulatedAnswer {
    return lookUp(number);
  }

  #begin(
    first: RingStep,
    later: readonly Step[],
    yieldsToClients: boolean,
    telephone?: Telephone,
  ): SimulationResult {
    const exchange = this.#exchange;
    if (!exchange.extensions.has(first.to)) {
      return refused("unknown_line", `There is no extension ${first.to}`);
    }
    if (telephone !== undefined) exchange.addTelephone(telephone);
    const call = ring(exchange, first);
    const leg = call.ends.find((end) => end instanceof Leg);
    if (leg === undefined) return refused("no_call", `${first.to} takes no calls now`);
    const calls = new Map([[first.call, call]]);
    new Script(exchange, { name: "simulation", steps: later }, yieldsToClients, calls).start();
    const callId = `0x${leg.info.callId.toString(16).toUpperCase()}`;
    return { ok: true, call: { line: leg.extension.number, callId } };
  }
}

function castOf([a = "", b = "", c = ""]: readonly string[]): Cast {
  return { a, b, c, outside: ADA, another: ADA, talkMs: TALK_MS };
}

function refused(
  code: "unknown_line" | "no_call" | "not_supported",
  message: string,
): SimulationResult {
  return { ok: false, error: { code, message } };
}
