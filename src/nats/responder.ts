/** A site's answers to gateways: its state, and what came of their commands. */
import type { Clock } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { Command, CommandResult } from "../model/command.ts";
import { JournalAnswers, type SharedJournal } from "./journal_answers.ts";
import type { Link } from "./link.ts";
import type { SiteNames } from "./names.ts";
import type { Outbox, SiteState } from "./outbox.ts";
import {
  ASK,
  type Ask,
  COMMAND_REQUEST,
  type CommandRequest,
  type JournalAsk,
  readAs,
  type RemoteSender,
  type StatePage,
  type Stretch,
  SUBJECTS,
  WIRE_VERSION,
} from "./wire.ts";

const log = logger("nats");

/** Lines and calls of one answer: NATS takes messages of up to 1 MB. */
const PAGE_ITEMS = 200;
/** How long the pages of one state are kept. */
const STATE_KEPT_MS = 30_000;
/** How long a command is known again. */
const COMMAND_KEPT_MS = 10 * 60_000;

export interface ResponderOptions {
  readonly link: Link;
  readonly site: string;
  readonly stretch: Stretch;
  readonly names: SiteNames;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** `undefined`: there is none for gateways. */
  readonly journal: SharedJournal | undefined;
  /** Carries a command out as far as the site's grant goes. Never rejects. */
  readonly execute: (command: Command, by: RemoteSender) => Promise<CommandResult>;
}

/** Answers until the result is disposed of. */
export function respond(options: ResponderOptions): Disposable {
  const { link, site, stretch, clock } = options;
  const states = new Expiring<SiteState>(clock, STATE_KEPT_MS);
  const commands = new Expiring<Promise<CommandResult>>(clock, COMMAND_KEPT_MS);
  const journal = new JournalAnswers(options);
  const asked = link.subscribe(SUBJECTS.ask(site, stretch.life), (message) => {
    const ask = readAs(ASK, message.string());
    if (ask === undefined) return;
    if (ask.what === "journal" || ask.what === "chain") {
      journal.answerTo(ask).then((answer) => message.respond(JSON.stringify(answer))).catch(
        (error) => {
          log.warn("The journal cannot be sent to a gateway: {error}", {
            error: describeError(error),
          });
        },
      );
      return;
    }
    const answer = answerTo(ask, options, states);
    if (answer !== undefined) message.respond(JSON.stringify(answer));
  });
  const commanded = link.subscribe(SUBJECTS.command(site, stretch.life), (message) => {
    const request = readAs(COMMAND_REQUEST, message.string());
    if (request === undefined) return log.error("A gateway's command cannot be read");
    let result = commands.get(request.id);
    if (result === undefined) commands.set(request.id, result = execute(request, options));
    result.then((result) => message.respond(JSON.stringify(result))).catch((error) => {
      log.warn("A gateway's command cannot be answered: {error}", { error: describeError(error) });
    });
  });
  return {
    [Symbol.dispose]() {
      asked[Symbol.dispose]();
      commanded[Symbol.dispose]();
    },
  };
}

async function execute(
  { command, by, untilMs }: CommandRequest,
  { names, clock, execute }: ResponderOptions,
): Promise<CommandResult> {
  if (clock.uptimeMs() > untilMs) {
    const message = "The command came too late and was not begun";
    return { ok: false, error: { code: "timeout", message } };
  }
  return names.resultAbroad(await execute(names.commandAtHome(command), by));
}

function answerTo(
  ask: Exclude<Ask, JournalAsk>,
  { stretch, outbox }: ResponderOptions,
  states: Expiring<SiteState>,
): StatePage | { readonly v: number } | undefined {
  if (ask.what === "who") return { v: WIRE_VERSION, ...stretch };
  const id = ask.id ?? crypto.randomUUID();
  const state = ask.id === undefined ? outbox.state() : states.get(id);
  if (state === undefined) return undefined;
  states.set(id, state);
  const { n, lines, calls } = state;
  const end = ask.from + PAGE_ITEMS;
  return {
    v: WIRE_VERSION,
    ...stretch,
    id,
    n,
    lines: lines.slice(ask.from, end),
    calls: calls.slice(Math.max(ask.from - lines.length, 0), Math.max(end - lines.length, 0)),
    ...end < lines.length + calls.length && { next: end },
  };
}

/** Values that are forgotten after a while. */
class Expiring<T> {
  readonly #clock: Clock;
  readonly #keptMs: number;
  /** Oldest first. */
  readonly #entries = new Map<string, { readonly value: T; readonly sinceMs: number }>();

  constructor(clock: Clock, keptMs: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: T): void {
    const nowMs = this.#clock.uptimeMs();
    for (const [old, { sinceMs }] of this.#entries) {
      if (nowMs - sinceMs <= this.#keptMs) break;
      this.#entries.delete(old);
    }
    this.#entries.delete(key);
    this.#entries.set(key, { value, sinceMs: nowMs });
  }
}
