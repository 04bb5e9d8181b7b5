/** Plays the steps of a scenario on the fake exchange. */
import {
  LINECALLFEATURE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINEFORWARDMODE,
} from "../../tapi/constants.ts";
import { callFeatures } from "../exchange/abilities.ts";
import { type Call, Outside } from "../exchange/call.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Extension } from "../exchange/extension.ts";
import { Leg } from "../exchange/leg.ts";
import { Refusal } from "../refusal.ts";
import { OUTSIDE, type RingStep, type Scenario, ScenarioError, type Step } from "./scenario.ts";

const CAN = LINECALLFEATURE;
const FORWARD_WHEN = {
  always: LINEFORWARDMODE.UNCOND,
  busy: LINEFORWARDMODE.BUSY,
  no_answer: LINEFORWARDMODE.NOANSW,
} as const;

type StepOf<D extends Step["do"]> = Extract<Step, { do: D }>;

export class Script {
  readonly #exchange: Exchange;
  readonly #scenario: Scenario;
  /** Simulated people leave a call alone once a client has acted on it. */
  readonly #yieldsToClients: boolean;
  readonly #calls: Map<string, Call>;
  readonly #slots = new Map<string, string>();

  /**
   * @param calls Calls that there are already, by their labels.
   * @throws ScenarioError when the scenario names an extension that does not exist.
   */
  constructor(
    exchange: Exchange,
    scenario: Scenario,
    yieldsToClients = false,
    calls: ReadonlyMap<string, Call> = new Map(),
  ) {
    this.#exchange = exchange;
    this.#scenario = scenario;
    this.#yieldsToClients = yieldsToClients;
    this.#calls = new Map(calls);
    for (const step of scenario.steps) checkExtensions(scenario.name, step, exchange);
    for (const { addresses, members = [] } of scenario.telephones ?? []) {
      checkMembers(scenario.name, addresses, members, exchange);
    }
  }

  start(): void {
    const { steps, repeatEveryMs } = this.#scenario;
    const { schedule } = this.#exchange;
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
      for (const end of call.ends) if (end instanceof Leg) end.drop();
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
    const { consultations, legs, parking, routing } = this.#exchange;
    switch (step.do) {
      case "ring":
        this.#calls.set(step.call, ring(this.#exchange, step));
        return;
      case "call":
        this.#calls.set(step.call, routing.makeCall(this.#extension(step.from), step.to).call);
        return;
      case "forward":
        return this.#forward(step);
      case "lamp":
        return this.#extension(step.line).setMessageWaiting(step.on);
      case "dnd":
        return this.#extension(step.line).setDoNotDisturb(step.on);
      case "voicemail": {
        const extension = this.#extension(step.line);
        extension.set({ voicemail: step.on });
        return extension.setMessages(step.unread, step.read);
      }
      case "group":
        return this.#extension(step.line).enableGroup(step.group, step.mode === "in");
      case "login":
        return this.#exchange.logIn(step.user, this.#extension(step.line));
      case "logout":
        return this.#extension(step.line).set({ user: "" });
      case "absence":
        return this.#extension(step.line).set({ absence: step.text });
      case "accept":
        return this.#actor(step, CAN.ACCEPT)?.accept();
      case "answer":
        return this.#with(step, CAN.ANSWER, (leg) => legs.answer(leg));
      case "answerElsewhere":
        return this.#actor(step, CAN.ANSWER)?.answeredElsewhere();
      case "changeId":
        return this.#with(step, CAN.DROP, (leg) => legs.changeCallId(leg, step.id));
      case "hold":
        return this.#actor(step, CAN.HOLD)?.hold();
      case "unhold":
        return this.#actor(step, CAN.UNHOLD)?.unhold();
      case "drop":
        if (step.by !== OUTSIDE) return this.#actor(step, CAN.DROP)?.drop();
        for (const end of this.#call(step.call)?.ends ?? []) {
          if (end instanceof Outside) end.hangUp();
        }
        return;
      case "transfer":
        return this.#with(step, CAN.BLINDTRANSFER, (leg) => routing.blindTransfer(leg, step.to));
      case "redirect":
        return this.#with(step, CAN.REDIRECT, (leg) => routing.redirect(leg, step.to));
      case "consult":
        return this.#with(step, CAN.SETUPTRANSFER | CAN.PREPAREADDCONF, (leg) => {
          const consultation = consultations.begin(leg, null);
          routing.dial(consultation, step.to);
          this.#calls.set(step.as, consultation.call);
        });
      case "complete":
        return this.#with(
          step,
          CAN.COMPLETETRANSF | CAN.ADDTOCONF,
          (leg) => this.#complete(step, leg),
        );
      case "park":
        return this.#with(step, CAN.PARK, (leg) => {
          this.#slots.set(step.call, parking.park(leg, step.slot));
        });
      case "unpark": {
        const slot = this.#slots.get(step.call);
        if (slot === undefined || this.#call(step.call) === undefined) return;
        parking.unpark(this.#extension(step.by), slot, null);
        return;
      }
      case "pickup": {
        const ringing = this.#actor({ call: step.call }, CAN.ANSWER);
        if (ringing === undefined) return;
        this.#exchange.pickup(this.#extension(step.by), ringing.extension, null);
      }
    }
  }

  #forward({ line, when, to }: StepOf<"forward">): void {
    const extension = this.#extension(line);
    const mode = FORWARD_WHEN[when];
    const others = extension.forwards.filter((forward) => forward.mode !== mode);
    extension.forward(to === undefined ? others : [...others, { mode, to }]);
  }

  #complete({ as, consult, mode }: StepOf<"complete">, leg: Leg): void {
    const { consultations } = this.#exchange;
    const isJoining = mode === "conference" && leg.isConference;
    const feature = isJoining ? CAN.ADDTOCONF : CAN.COMPLETETRANSF;
    const consultation = this.#actor({ call: consult, by: leg.extension.number }, feature);
    if (consultation === undefined) return;
    if (isJoining) return consultations.add(leg, consultation);
    if (mode === "transfer") return consultations.transfer(leg, consultation);
    const conference = consultations.confer(leg, consultation, null);
    if (as !== undefined) this.#calls.set(as, conference.call);
  }

  #call(label: string): Call | undefined {
    const call = this.#calls.get(label);
    return call?.isTakenOver && this.#yieldsToClients ? undefined : call;
  }

  /** The leg of the call that has a feature, of the extension `by` if that is given. */
  #actor(
    { call, by }: { readonly call: string; readonly by?: string | undefined },
    feature: number,
  ): Leg | undefined {
    for (const end of this.#call(call)?.ends ?? []) {
      if (!(end instanceof Leg) || (callFeatures(end) & feature) === 0) continue;
      if (by === undefined || by === end.extension.number) return end;
    }
    return undefined;
  }

  /** Does something with the leg that {@linkcode #actor} finds, if there is one. */
  #with(
    step: { readonly call: string; readonly by?: string | undefined },
    feature: number,
    deed: (leg: Leg) => void,
  ): void {
    const leg = this.#actor(step, feature);
    if (leg !== undefined) deed(leg);
  }

  #extension(number: string): Extension {
    return extensionOf(this.#exchange, number);
  }
}

/** Somebody outside calls an extension, at once. */
export function ring(exchange: Exchange, step: RingStep): Call {
  const { from, name, to, hidden, lateCallerId, callWaiting, forwardedFrom, group } = step;
  const forwarder = forwardedFrom === undefined
    ? undefined
    : extensionOf(exchange, forwardedFrom).party;
  return exchange.routing.ring({
    from: { number: from, name, presentation: hidden ? "withheld" : "shown" },
    to,
    lateCallerId,
    callWaiting,
    group: group === undefined ? undefined : extensionOf(exchange, group),
    firstState: LINECALLSTATE[step.firstState],
    origin: LINECALLORIGIN[step.origin],
    reason: LINECALLREASON[step.reason],
    ...forwarder && { redirectedBy: forwarder, called: forwarder },
  });
}

function extensionOf({ extensions }: Exchange, number: string): Extension {
  const extension = extensions.get(number);
  if (extension === undefined) throw new ScenarioError(`There is no extension ${number}`);
  return extension;
}

function checkMembers(
  name: string,
  addresses: readonly string[],
  members: readonly string[],
  { extensions }: Exchange,
): void {
  const unknown = members.find((member) => !extensions.has(member));
  if (unknown === undefined) return;
  throw new ScenarioError(
    `Cannot use the scenario ${name}: members of the telephone ${addresses.join(", ")}: ` +
      `there is no extension ${unknown}`,
  );
}

function checkExtensions(name: string, step: Step, { extensions }: Exchange): void {
  const named: [key: string, number: string | undefined][] = [
    ["line", "line" in step ? step.line : undefined],
    ["to", step.do === "ring" ? step.to : undefined],
    ["from", step.do === "call" ? step.from : undefined],
    ["forwardedFrom", step.do === "ring" ? step.forwardedFrom : undefined],
    ["group", "group" in step ? step.group : undefined],
    ["user", "user" in step ? step.user : undefined],
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
