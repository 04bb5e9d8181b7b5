/**
 * Reads the agents of lines when they may have changed. Most systems have no agent handler: then TAPI
 * refuses the question at once, and the line has no agent.
 */
import { describeError, logger } from "../../log.ts";
import type { AgentState } from "../agent.ts";
import type { LineDevice, TapiLine } from "../line.ts";
import type { LineStatuses } from "./status.ts";

const log = logger("session");

/** The first version with agents: 2.0. */
const FIRST_API_VERSION = 0x00020000;

export class LineAgents {
  readonly #statuses: LineStatuses;
  readonly #readAgent: (line: TapiLine) => Promise<AgentState>;

  /** @param readAgent Rejects if the line has no agent. */
  constructor(statuses: LineStatuses, readAgent: (line: TapiLine) => Promise<AgentState>) {
    this.#statuses = statuses;
    this.#readAgent = readAgent;
  }

  /** Reads the agents of all lines of a device. */
  refreshAll(device: LineDevice): void {
    for (const line of device.lines) this.refresh(line);
  }

  /** Reads the agent of a line, and reports the line if that has changed. */
  refresh(line: TapiLine): void {
    const { device } = line;
    if (device.handle === 0 || device.caps.apiVersion < FIRST_API_VERSION) return;
    // Not in the device's queue: its calls must not wait for an agent handler.
    void line.agent.read(() => this.#read(line)).then((hasChanged) => {
      if (hasChanged) this.#statuses.refresh(device, { status: true });
    });
  }

  async #read(line: TapiLine): Promise<AgentState | undefined> {
    try {
      return await this.#readAgent(line);
    } catch (error) {
      log.debug("Line {line} has no agent: {error}", {
        line: line.name,
        error: describeError(error),
      });
      return undefined;
    }
  }
}
