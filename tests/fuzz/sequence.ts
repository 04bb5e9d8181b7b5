/**
 * One random life of the program over the hostile exchange: seeded, so that it can be lived again.
 * What must hold is checked after every step and at the end.
 */
import { EventBus } from "../../src/bus/bus.ts";
import type { CallId } from "../../src/model/call_id.ts";
import { Dispatch } from "../../src/state/dispatch.ts";
import { Tracker } from "../../src/state/tracker.ts";
import { Random } from "../../src/fake/random.ts";
import { Supervisor } from "../../src/session/supervisor.ts";
import { LINECALLSTATE } from "../../src/tapi/constants.ts";
import { ManualClock } from "../support/clock.ts";
import { Mirror } from "../support/mirror.ts";
import { act } from "./actions.ts";
import { Clients } from "./clients.ts";
import { Exchange } from "./exchange.ts";
import { createHostileTapi } from "./library.ts";
import { changeExtension, type HabitName, PLACEHOLDERS } from "./habits.ts";
import type { Troubles } from "./troubles.ts";
import { Witness } from "./witness.ts";

const MOST_STEPS = 300;
const MOST_DEVICES = 6;
const REPLY_TIMEOUT_MS = 10_000;
const BLOCKING_THREADS = 64;
/** Long enough for every pause between attempts, and for a look at stale calls. */
const HEALING_MS = 120_000;
/** Long enough for a line to be opened again. */
const SETTLING_MS = 5000;
/** Extensions that no line has otherwise. */
const MOVED_EXTENSIONS = 900;
const LONGEST_STOP_MS = 5000;
const STOP_STEP_MS = 250;

/** The statistics of a run. */
export interface SequenceFigures {
  readonly structs: number;
  readonly messages: number;
  readonly calls: number;
  /** How often each habit was played. */
  readonly habits: ReadonlyMap<HabitName, number>;
}

/** Something that must hold did not. */
export class FuzzFailure extends Error {
  override readonly name = "FuzzFailure";

  constructor(seed: number, step: string, problems: readonly string[]) {
    super(`seed ${seed}, ${step}: ${problems.slice(0, 5).join("; ")}`);
  }
}

/** @throws FuzzFailure */
export async function runSequence(seed: number, troubles: Troubles): Promise<SequenceFigures> {
  const life = new Life(seed, troubles);
  return await life.live();
}

class Life {
  readonly #seed: number;
  readonly #troubles: Troubles;
  readonly #problems: string[] = [];
  readonly #random: Random;
  readonly #clock = new ManualClock();
  readonly #exchange: Exchange;
  readonly #tracker: Tracker;
  readonly #mirror: Mirror;
  readonly #supervisor: Supervisor;
  readonly #clients: Clients;
  readonly #reportsAddresses: boolean;

  constructor(seed: number, troubles: Troubles) {
    this.#seed = seed;
    this.#troubles = troubles;
    const random = this.#random = new Random(seed);
    const clock = this.#clock;
    const problems = this.#problems;
    const exchange = this.#exchange = new Exchange(random, clock, problems);
    for (let id = random.between(0, MOST_DEVICES); id > 0; id--) exchange.devices.add(id - 1);
    const bus = new EventBus((error) => problems.push(`a listener failed: ${error}`));
    this.#tracker = new Tracker(bus, clock);
    this.#mirror = new Mirror(bus, this.#tracker);
    const library = createHostileTapi(exchange);
    this.#reportsAddresses = library.lineGetAddressCapsW !== null;
    this.#supervisor = new Supervisor({
      library,
      clock,
      wanted: () => true,
      isGroup: () => false,
      vendorFeatures: true,
      placeholders: PLACEHOLDERS,
      replyTimeoutMs: REPLY_TIMEOUT_MS,
      blockingThreads: BLOCKING_THREADS,
      onSignal: (signal) => this.#tracker.receive(signal),
      random: () => random.next(),
    });
    const { ledger } = exchange;
    const heldCall = (id: CallId) => this.#supervisor.session?.calls.byId(id);
    new Witness(bus, { ledger, heldCall, problems });
    this.#clients = new Clients(random, bus, new Dispatch(this.#supervisor), problems);
  }

  async live(): Promise<SequenceFigures> {
    const random = this.#random;
    const exchange = this.#exchange;
    const clients = this.#clients;
    if (random.oneIn(2)) exchange.changeMood();
    void this.#supervisor.start();
    const steps = random.between(1, MOST_STEPS);
    for (let step = 1; step <= steps; step++) {
      act({ random, exchange, clients });
      // Mostly several things happen at once.
      if (random.oneIn(3)) await this.#pass(random.oneIn(40) ? 40_000 : random.between(0, 200));
      this.#check(`step ${step}`);
    }
    const isHealed = !random.oneIn(3);
    if (isHealed) {
      await this.#heal();
      if (random.oneIn(2)) await this.#endCalls();
    }
    await this.#stop(isHealed);
    return {
      structs: exchange.structs,
      messages: exchange.delivered,
      calls: exchange.ledger.calls.length,
      habits: exchange.habits,
    };
  }

  /** The exchange becomes as it should be, and owes nothing any more. */
  async #heal(): Promise<void> {
    const exchange = this.#exchange;
    exchange.calmDown();
    await this.#pass(HEALING_MS);
    for (const { requestId, line } of exchange.owed.values()) {
      // A closed line's provider sends no replies.
      if (line.valid) exchange.postReply(requestId, 0);
    }
    await this.#pass(HEALING_MS);
    const { session } = this.#supervisor;
    if (session === undefined) this.#problems.push("there is no session");
    const pending = session?.outstanding ?? 0;
    if (pending > 0) this.#problems.push(`${pending} requests wait for replies`);
    const held = session?.calls.size ?? 0;
    const owed = exchange.ledger.liveCalls.length;
    if (held !== owed) this.#problems.push(`${held} call handles are kept, ${owed} are owed`);
    const openLines = exchange.ledger.openLines.map(({ handle }) => handle);
    const keptLines = [...session?.lines ?? []].map(({ device }) => device.handle);
    if (!openLines.every((handle) => keptLines.includes(handle))) {
      this.#problems.push("an open line is not kept");
    }
    const kept = [...session?.lines ?? []].map(({ identity, device }) =>
      `${identity.permanentId} ${device.status}`
    );
    const told = this.#tracker.lines().map((line) => `${line.permanentId} ${line.status}`);
    if (told.sort().join() !== kept.sort().join()) {
      this.#problems.push(`the lines told of are ${told}, those kept are ${kept}`);
    }
    const ids = new Set<number>([...session?.calls ?? []].map(({ id }) => id));
    for (const id of this.#clients.live) {
      if (!ids.has(id)) this.#problems.push(`call ${id} was told of and never ends`);
    }
    this.#checkHabits();
    this.#check("healed");
    await this.#checkChanges();
    this.#check("changed");
  }

  /** What the habits of drivers must lead to, once there was time for it. */
  #checkHabits(): void {
    const { ledger } = this.#exchange;
    for (const { id, handle, state, isReported } of this.#supervisor.session?.calls ?? []) {
      const call = ledger.call(handle);
      if (call === undefined) continue;
      const { isDead, isMute, claim } = call;
      if (isDead) this.#problems.push(`call ${id} goes on with a dead handle`);
      else if (isMute && state === LINECALLSTATE.DISCONNECTED) {
        this.#problems.push(`call ${id} is DISCONNECTED for ever`);
      } else if (!isMute && !isReported && (claim ?? call.state) !== 0) {
        this.#problems.push(`call ${id} is not told of`);
      }
    }
  }

  /** A line of an exchange as it should be follows what its driver says of it. */
  async #checkChanges(): Promise<void> {
    const exchange = this.#exchange;
    const statusOf = (line: string) =>
      this.#tracker.lines().find((told) => told.line === line)?.status;
    for (const [at, line] of exchange.ledger.openLines.entries()) {
      const extension = String(MOVED_EXTENSIONS + at);
      changeExtension({ exchange }, line, extension);
      await this.#pass(SETTLING_MS);
      const reopened = exchange.ledger.openLines.find(({ deviceId }) => deviceId === line.deviceId);
      if (reopened !== undefined) exchange.loseService(reopened);
      await this.#pass(SETTLING_MS);
      const status = statusOf(extension);
      if (this.#reportsAddresses && status !== "open") {
        this.#problems.push(`the line that became ${extension} is ${status}`);
      }
    }
  }

  async #endCalls(): Promise<void> {
    for (const call of this.#exchange.ledger.liveCalls) {
      call.state = LINECALLSTATE.IDLE;
      this.#exchange.postState(call.line, call.handle, LINECALLSTATE.IDLE);
    }
    await this.#pass(1000);
    const owed = this.#exchange.ledger.liveCalls.length;
    const { size } = this.#tracker;
    if (owed + size > 0) this.#problems.push(`${owed} handles and ${size} calls are left over`);
    this.#check("all calls ended");
  }

  /** Stops the program. One that nothing hinders gives back every handle before. */
  async #stop(isHealed: boolean): Promise<void> {
    const abandonedBefore = this.#exchange.ledger.abandoned;
    let stopped = false;
    const startMs = this.#clock.nowMs();
    void this.#supervisor.stop().then(() => stopped = true);
    while (!stopped && this.#clock.nowMs() - startMs < LONGEST_STOP_MS) {
      await this.#pass(STOP_STEP_MS);
    }
    if (!stopped) this.#problems.push("stopping takes too long");
    const abandoned = this.#exchange.ledger.abandoned - abandonedBefore;
    if (isHealed && abandoned > 0) this.#problems.push(`${abandoned} handles were abandoned`);
    this.#exchange.calmDown();
    await this.#pass(HEALING_MS);
    const { pendingTimers } = this.#clock;
    if (pendingTimers > 0) this.#problems.push(`${pendingTimers} timers are left over`);
    const { commands } = this.#clients;
    if (commands > 0) this.#problems.push(`${commands} commands were never answered`);
    this.#check("stopped");
  }

  #pass(ms: number): Promise<void> {
    return this.#clock.advanceAsync(ms);
  }

  #check(step: string): void {
    const problems = [...this.#problems, ...this.#troubles.take(), ...this.#mirror.problems()];
    if (problems.length > 0) throw new FuzzFailure(this.#seed, step, problems);
  }
}
