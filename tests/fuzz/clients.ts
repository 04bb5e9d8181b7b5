/**
 * The clients of a run, and what must hold of all that they are sent: well-formed frames, and of each
 * call nothing after its end.
 */
import { Numbers } from "../../src/numbers/numbers.ts";
import type { EventBus } from "../../src/bus/bus.ts";
import type { CommandPort } from "../../src/bus/ports.ts";
import type { CallId } from "../../src/model/call_id.ts";
import type { Command, CommandResult } from "../../src/model/command.ts";
import type { BusEvent } from "../../src/model/event.ts";
import type { Random } from "../../src/fake/random.ts";
import { CLOSE } from "../../src/model/close_code.ts";
import { LINE_TYPES, type LineType } from "../../src/model/line.ts";
import { ClassicEncoder } from "../../src/server/classic/messages.ts";
import { ClassicClient } from "../../src/server/classic/client.ts";
import { ManualClock } from "../support/clock.ts";
import { ANYONE, PROVENANCE, strangers } from "../support/identity.ts";
import { FoldedState } from "../support/state.ts";
import { anyCommand, anyMessageText } from "./actions.ts";

const KEYS = ["line", "state", "callId", "callerId", "calledId", "origin", "reason"] as const;
const MOST_UNSENT_BYTES = 1000;
const MOST_CLIENTS = 4;

export class Clients {
  /** Calls that were reported and have not ended. */
  readonly live = new Set<CallId>();
  /** Commands that have not come to an end. */
  commands = 0;
  readonly #random: Random;
  readonly #problems: string[];
  readonly #bus: EventBus;
  readonly #state: FoldedState;
  readonly #port: CommandPort;
  readonly #encoder = new ClassicEncoder();
  readonly #clients: ClassicClient[] = [];
  readonly #lines = new Set<string>();
  readonly #ended = new Set<CallId>();

  constructor(random: Random, bus: EventBus, port: CommandPort, problems: string[]) {
    this.#random = random;
    this.#bus = bus;
    this.#state = FoldedState.of(bus);
    this.#port = port;
    this.#problems = problems;
    bus.subscribe((event) => this.#hear(event));
    this.#come();
  }

  /** A client sends something. */
  message(): void {
    const client = this.#clients[0];
    if (client === undefined) return;
    this.commands++;
    const text = anyMessageText(this.#random, [...this.#lines]);
    void client.receive(text).finally(() => this.commands--);
  }

  /** Somebody gives a command of any kind. */
  command(): void {
    this.#give(anyCommand(this.#random, [...this.#lines], [...this.live]));
  }

  #anyLine(): string | undefined {
    return this.#lines.size === 0 ? undefined : this.#random.pick([...this.#lines]);
  }

  #give(command: Command): void {
    this.commands++;
    void this.#port.execute(command).then((result) => {
      const problem = problemOfResult(command, result);
      if (problem !== undefined) this.#problems.push(`${JSON.stringify(command)} ${problem}`);
    }).finally(() => this.commands--);
  }

  /** Somebody dials, and drops the line before the call can be made. */
  dialAndDrop(): void {
    const line = this.#anyLine();
    if (line === undefined) return;
    this.#give({ cmd: "dial", line, number: "0123" });
    this.#give({ cmd: "drop", line });
  }

  /** Somebody wants a new call. */
  dialOrConsult(): void {
    const line = this.#anyLine();
    if (line === undefined) return;
    const [call] = this.live;
    this.#give(
      call === undefined || this.#random.oneIn(2)
        ? { cmd: "dial", line, number: "0123" }
        : { cmd: "consult", call, number: "0123" },
    );
  }

  /** A client connects or leaves; some want one line only, some do not read. */
  comeOrGo(): void {
    if (this.#clients.length < MOST_CLIENTS) this.#come();
    else this.#clients.shift()?.close(CLOSE.goingAway, "");
  }

  #come(): void {
    const random = this.#random;
    const lineType = random.pick(LINE_TYPES);
    const lines = [...this.#lines];
    const bufferedAmount = random.oneIn(10) ? MOST_UNSENT_BYTES + 1 : 0;
    const socket = {
      bufferedAmount,
      readyState: 1,
      send: (text: string) => this.#check(text, lineType),
      close: () => void (socket.readyState = 3),
    };
    this.#clients.push(
      new ClassicClient(
        socket,
        {
          clock: new ManualClock(),
          identity: ANYONE,
          maxUnsentBytes: MOST_UNSENT_BYTES,
          address: "fuzz",
          provenance: PROVENANCE,
          onClosed: () => {},
        },
        {
          bus: this.#bus,
          state: this.#state,
          commands: this.#port,
          numbers: new Numbers(),
          encoder: this.#encoder,
          strangers: strangers(),
        },
        {
          lineType,
          ...random.oneIn(2) && lines.length > 0 && { lines: [random.pick(lines)] },
        },
      ),
    );
  }

  #hear(event: BusEvent): void {
    if (event.type === "provider") return;
    this.#lines.add(event.line);
    if (event.type !== "call") return;
    const { id, state } = event.call;
    if (this.#ended.has(id)) this.#problems.push(`call ${id}: ${state} behind its end`);
    if ((event.change === "ended") !== (state === "IDLE")) {
      this.#problems.push(`call ${id}: ${event.change} with ${state}`);
    }
    if (state !== "IDLE") return void this.live.add(id);
    this.live.delete(id);
    this.#ended.add(id);
  }

  #check(text: string, lineType: LineType): void {
    const problem = problemOf(text, lineType);
    if (problem !== undefined) this.#problems.push(`the frame ${text} ${problem}`);
  }
}

/** The problems of a command's result. */
function problemOfResult(command: Command, result: CommandResult): string | undefined {
  if (!result.ok) {
    const { code, message, tapi } = result.error;
    if (message === "") return "fails without saying why";
    return tapi !== undefined && code !== "tapi_error"
      ? `has TAPI's error with ${code}`
      : undefined;
  }
  const { call, slot } = result.outcome;
  if (call !== undefined && !(Number.isSafeInteger(call) && call > 0)) return "answers no call";
  const isOwn = command.cmd === "park" && slot === command.slot;
  return isOwn || slot?.isWellFormed() !== false ? undefined : "answers half a character";
}

/** The problems of a classic frame, or of an error frame. */
function problemOf(text: string, lineType: LineType): string | undefined {
  const frame: Readonly<Record<string, unknown>> = JSON.parse(text);
  const names = Object.keys(frame);
  if (names.join() === "error") {
    const { code, message } = frame["error"] as Readonly<Record<string, unknown>>;
    if (typeof code !== "string" || typeof message !== "string") return "is no error frame";
    return undefined;
  }
  if (names.join() !== KEYS.join()) return "has other keys";
  for (const key of KEYS) {
    const value = frame[key];
    if (key === "line" && lineType === "number" && Number.isSafeInteger(value)) continue;
    if (typeof value !== "string") return `has ${key} of another type`;
    if (!value.isWellFormed()) return `has a lone surrogate in ${key}`;
  }
  if (!/^0x[0-9A-F]{1,8}$/.test(String(frame["callId"]))) return "has a callId of another form";
  return undefined;
}
