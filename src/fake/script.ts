/** Plays the steps of a scenario on the pretend exchange. */
import {
  LINECALLFEATURE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINEFORWARDMODE,
} from "../tapi/constants.ts";
import { callFeatures } from "./abilities.ts";
import { type Call, type Extension, extensionParty, type Leg, Refusal } from "./model.ts";
import { OUTSIDE, type Scenario, ScenarioError, type Step } from "./scenario.ts";
import type { Switchboard } from "./switchboard.ts";

const CAN = LINECALLFEATURE;
const FORWARD_WHEN = {
  always: LINEFORWARDMODE.UNCOND,
  busy: LINEFORWARDMODE.BUSY,
  no_answer: LINEFORWARDMODE.NOANSW,
} as const;

export class Script {
  readonly #switchboard: Switchboard;
  readonly #scenario: Scenario;
  /** Pretend people leave a call alone once a client has acted on it. */
  readonly #yieldsToClients: boolean;
  readonly #calls: Map<string, Call>;
  readonly #slots = new Map<string, string>();

  /**
   * @param calls Calls that there are already, by their labels.
   * @throws ScenarioError when the scenario names an extension that does not exist.
   */
  constructor(
    switchboard: Switchboard,
    scenario: Scenario,
    yieldsToClients = false,
    calls: ReadonlyMap<string, Call> = new Map(),
  ) {
    this.#calls = new Map(calls);
    this.#switchboard = switchboard;
    this.#scenario = scenario;
    this.#yieldsToClients = yieldsToClients;
    for (const step of scenario.steps) checkExtensions(scenario.name, step, switchboard);
  }

  start(): void {
    const { steps, repeatEveryMs } = this.#scenario;
    const { schedule } = this.#switchboard;
    for (const step of steps) schedule.after(step.atMs, () => this.#perform(step));
    if (repeatEveryMs !== undefined) {
      schedule.after(repeatEveryMs, () => {
        this.#clear();
        this.start();
      });
    }
  }

  /** Drops whatever calls the last round has left. */
  #clear(): void {
    for (const call of this.#calls.values()) {
      for (const end of [...call.ends]) {
        if (end.kind === "leg") this.#switchboard.drop(end);
      }
    }
    this.#calls.clear();
    this.#slots.clear();
  }

  #perform(step: Step): void {
    try {
      this.#tryPerform(step);
    } catch (error) {
      // A client has dropped the call, or taken the extension, before the step came.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #tryPerform(step: Step): void {
    const board = this.#switchboard;
    switch (step.do) {
      case "ring":
        this.#calls.set(step.call, ring(board, step));
        return;
      case "call":
        this.#calls.set(step.call, board.makeCall(this.#extension(step.from), step.to).call);
        return;
      case "forward":
        return this.#forward(step);
      case "lamp":
        return board.setMessageWaiting(this.#extension(step.line), step.on);
      case "drop":
        return this.#drop(step);
      case "unpark":
        return this.#unpark(step);
      case "pickup": {
        const ringing = this.#actor(step.call, CAN.ANSWER);
        if (ringing === undefined) return;
        board.pickup(this.#extension(step.by), ringing.extension, null);
        return;
      }
      default:
        return this.#performOn(step);
    }
  }

  #performOn(step: Exclude<Step, { do: (typeof MAKING)[number] }>): void {
    const board = this.#switchboard;
    const leg = this.#actor(step.call, FEATURES[step.do], step.by);
    if (leg === undefined) return;
    switch (step.do) {
      case "accept":
        return board.accept(leg);
      case "answer":
        return board.answer(leg);
      case "hold":
        return board.hold(leg);
      case "unhold":
        return board.unhold(leg);
      case "transfer":
        return board.blindTransfer(leg, step.to);
      case "redirect":
        return board.redirect(leg, step.to);
      case "consult": {
        const consultation = board.consult(leg, null);
        board.dial(consultation, step.to);
        this.#calls.set(step.as, consultation.call);
        return;
      }
      case "complete":
        return this.#complete(step, leg);
      case "park":
        this.#slots.set(step.call, board.park(leg, step.slot ?? null));
        return;
    }
  }

  #forward({ line, when, to }: Extract<Step, { do: "forward" }>): void {
    const extension = this.#extension(line);
    const mode = FORWARD_WHEN[when];
    const others = extension.forwards.filter((forward) => forward.mode !== mode);
    this.#switchboard.forward(extension, to === undefined ? others : [...others, { mode, to }]);
  }

  #drop({ call: label, by }: Extract<Step, { do: "drop" }>): void {
    if (by !== OUTSIDE) {
      const leg = this.#actor(label, CAN.DROP, by);
      if (leg !== undefined) this.#switchboard.drop(leg);
      return;
    }
    for (const end of this.#call(label)?.ends ?? []) {
      if (end.kind === "outside") this.#switchboard.hangUp(end);
    }
  }

  #unpark({ call: label, by }: Extract<Step, { do: "unpark" }>): void {
    const slot = this.#slots.get(label);
    if (slot === undefined || this.#call(label) === undefined) return;
    this.#switchboard.unpark(this.#extension(by), slot, null);
  }

  #complete(step: Extract<Step, { do: "complete" }>, leg: Leg): void {
    const board = this.#switchboard;
    const joining = step.mode === "conference" && leg.members.size > 0;
    const feature = joining ? CAN.ADDTOCONF : CAN.COMPLETETRANSF;
    const consultation = this.#actor(step.consult, feature, leg.extension.number);
    if (consultation === undefined) return;
    if (joining) return board.addToConference(leg, consultation);
    if (step.mode === "transfer") return board.completeTransfer(leg, consultation);
    const conference = board.confer(leg, consultation, null);
    if (step.as !== undefined) this.#calls.set(step.as, conference.call);
  }

  #call(label: string): Call | undefined {
    const call = this.#calls.get(label);
    return call?.takenOver && this.#yieldsToClients ? undefined : call;
  }

  /** The leg of the call that can do something, of the extension `by` if that is given. */
  #actor(label: string, feature: number, by?: string): Leg | undefined {
    for (const end of this.#call(label)?.ends ?? []) {
      if (end.kind === "outside" || (callFeatures(end) & feature) === 0) continue;
      if (by === undefined || by === end.extension.number) return end;
    }
    return undefined;
  }

  #extension(number: string): Extension {
    return extensionOf(this.#switchboard, number);
  }
}

/** Somebody outside calls an extension, at once. */
export function ring(board: Switchboard, step: Extract<Step, { do: "ring" }>): Call {
  const { from, name, to, hidden, lateCallerId, callWaiting, forwardedFrom } = step;
  const forwarder = forwardedFrom === undefined
    ? undefined
    : extensionParty(extensionOf(board, forwardedFrom));
  return board.ring({
    from: { number: from, name, presentation: hidden ? "withheld" : "shown" },
    to,
    lateCallerId,
    callWaiting,
    firstState: LINECALLSTATE[step.firstState],
    origin: LINECALLORIGIN[step.origin],
    reason: LINECALLREASON[step.reason],
    ...forwarder !== undefined && { redirectedBy: forwarder, called: forwarder },
  });
}

function extensionOf({ extensions }: Switchboard, number: string): Extension {
  const extension = extensions.get(number);
  if (extension === undefined) throw new ScenarioError(`There is no extension ${number}`);
  return extension;
}

/** Steps that are not done by an extension that has the call already. */
const MAKING = ["ring", "call", "forward", "lamp", "drop", "unpark", "pickup"] as const;

/** What a leg must be able to do for a step. */
const FEATURES = {
  accept: CAN.ACCEPT,
  answer: CAN.ANSWER,
  hold: CAN.HOLD,
  unhold: CAN.UNHOLD,
  transfer: CAN.BLINDTRANSFER,
  redirect: CAN.REDIRECT,
  consult: CAN.SETUPTRANSFER | CAN.PREPAREADDCONF,
  complete: CAN.COMPLETETRANSF | CAN.ADDTOCONF,
  park: CAN.PARK,
} as const;

function checkExtensions(name: string, step: Step, { extensions }: Switchboard): void {
  const named: [key: string, number: string | undefined][] = [
    ["line", step.do === "forward" || step.do === "lamp" ? step.line : undefined],
    ["to", step.do === "ring" ? step.to : undefined],
    ["from", step.do === "call" ? step.from : undefined],
    ["forwardedFrom", step.do === "ring" ? step.forwardedFrom : undefined],
    ["by", "by" in step && step.by !== OUTSIDE ? step.by : undefined],
  ];
  for (const [key, number] of named) {
    if (number === undefined || extensions.has(number)) continue;
    const numbers = [...extensions.keys()];
    throw new ScenarioError(
      `Cannot use the scenario ${name}: ${key} = "${number}" of the step "${step.do}" ` +
        `at ${step.atMs} ms: expected an extension, ${numbers[0]} to ${numbers.at(-1)}`,
    );
  }
}
