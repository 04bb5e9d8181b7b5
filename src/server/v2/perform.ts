/** Carries out what a v2 client asks for that is not about its connection: over a socket, or over HTTP. */
import type { EventBus } from "../../bus/bus.ts";
import type { CommandPort, JournalPort, MetricsPort, StatePort } from "../../bus/ports.ts";
import type { CommandResult } from "../../model/command.ts";
import { monitorRefusal, visibleCalls, visibleLines } from "../access/permissions.ts";
import type { Identity } from "../access/identity.ts";
import { carryOut, type Commander } from "../commands.ts";
import { callObject, lineObject } from "./frames.ts";
import { commandOf, type Order, type Query } from "./requests.ts";

/** What the program is asked through. */
export interface Ports {
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly commands: CommandPort;
  /** None where the journal is switched off. */
  readonly journal?: JournalPort | undefined;
  readonly metrics?: MetricsPort | undefined;
}

type Refusal = Extract<CommandResult, { readonly ok: false }>;

/** What a request came to. */
export type Answer = { readonly ok: true; readonly outcome: object } | Refusal;

/** Answers in the same turn, so that the answer is as old as the events around it. */
export function query({ cmd }: Query, identity: Identity, { bus, state }: Ports): Answer {
  const { epoch, seq } = bus;
  if (cmd === "ping") return { ok: true, outcome: { epoch, seq } };
  const error = monitorRefusal(identity);
  if (error !== undefined) return { ok: false, error };
  return {
    ok: true,
    outcome: cmd === "lines"
      ? { seq, lines: visibleLines(identity, state).map(lineObject) }
      : { seq, calls: visibleCalls(identity, state).map(callObject) },
  };
}

/** Gives the command to the telephone system, where the identity may. Never rejects. */
export async function obey(
  order: Order,
  commander: Commander,
  ports: Ports,
): Promise<Answer> {
  return await carryOut(commandOf(order), commander, ports);
}
