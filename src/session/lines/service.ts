/** The service of line devices: what drivers say of it, what is so, and what follows from it. */
import { callCount, type LineDevStatus } from "../../tapi/calls.ts";
import type { CallFeed } from "../calls/feed.ts";
import { isTalking } from "../calls/states.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice } from "../line.ts";
import type { LineLog } from "./line_log.ts";
import { answerOf } from "./questions.ts";
import { reportStatus } from "./report.ts";
import type { LineStatuses } from "./status.ts";

/** After a driver that counts calls has counted none for so long, none is there. */
const EMPTY_MS = 20_000;

export class LineServices {
  readonly #context: SessionContext;
  readonly #feed: CallFeed;
  readonly #statuses: LineStatuses;
  readonly #log: LineLog;

  constructor(
    context: SessionContext,
    { feed, statuses, lineLog }: {
      readonly feed: CallFeed;
      readonly statuses: LineStatuses;
      readonly lineLog: LineLog;
    },
  ) {
    this.#context = context;
    this.#feed = feed;
    this.#statuses = statuses;
    this.#log = lineLog;
  }

  /**
   * The driver says that the service of a device changed: takes what it says, and reads what is so.
   *
   * @param states LINEDEVSTATE_ bits.
   */
  async heard(device: LineDevice, states: number): Promise<void> {
    const { handle, caps: { apiVersion } } = device;
    const { tapi, ended } = this.#context;
    if (handle === 0 || ended.aborted) return;
    const ask = () => tapi.getLineDevStatus(handle, apiVersion);
    const status = await answerOf(this.#context, device, ask);
    if (device.handle === handle) this.read(device, status, states);
  }

  /**
   * Takes the status that an open device has now.
   *
   * @param states LINEDEVSTATE_ bits of a message about it.
   */
  read(device: LineDevice, status: LineDevStatus | undefined, states = 0): void {
    const { clock } = this.#context;
    const { service } = device;
    const before = device.status;
    service.take(states, status?.dwDevStatusFlags);
    if (status !== undefined) service.readCallCount(callCount(status), clock.uptimeMs());
    if (device.status !== before) this.#changed(device);
    if (service.emptyMs(clock.uptimeMs()) >= EMPTY_MS) this.#endUncounted(device);
  }

  /** The driver has lost the phone system, or has it again: calls may have changed unheard. */
  #changed(device: LineDevice): void {
    const isOpen = device.status === "open";
    this.#log.note(isOpen ? "in service" : "out of service", device.name);
    reportStatus(this.#context, device);
    if (!isOpen) return;
    void device.queue.run(async () => {
      for (const line of device.lines) {
        for (const call of [...this.#context.calls.of(line)]) await this.#feed.check(call);
      }
      await this.#feed.listCalls(device);
      this.#statuses.refresh(device, { status: true });
    });
  }

  /**
   * Ends calls whose end the driver has lost: it goes on confirming them, and does not count them. One
   * that it has just reported may only not be counted yet.
   */
  #endUncounted(device: LineDevice): void {
    const { calls, clock } = this.#context;
    const latestMs = clock.uptimeMs() - EMPTY_MS;
    for (const line of device.lines) {
      for (const call of calls.of(line)) {
        if (isTalking(call) && call.heardAtMs <= latestMs) {
          device.queue.add(() => this.#feed.reportEnd(call));
        }
      }
    }
  }
}
