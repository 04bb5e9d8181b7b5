/** The ACD agent of a line, as an agent handler of TAPI reports it. */
import type { LineCommandName } from "../model/command.ts";
import type { GroupMembership } from "../model/line.ts";

/** What is known of the agent of a line. */
export interface AgentState {
  /** Whether its groups can be set now. */
  readonly canSetGroups: boolean;
  /** Left out if they are not reported. */
  readonly groups?: GroupMembership;
}

const SETS_GROUPS: readonly LineCommandName[] = ["group"];
const NO_COMMANDS: readonly LineCommandName[] = [];

export class LineAgent {
  #state: AgentState | undefined;
  #reading: "no" | "once" | "again" = "no";

  /** Whether the line has an agent. */
  get isKnown(): boolean {
    return this.#state !== undefined;
  }

  /** The commands that the line takes because of the agent. */
  get commands(): readonly LineCommandName[] {
    return this.#state?.canSetGroups ? SETS_GROUPS : NO_COMMANDS;
  }

  /** `undefined` if they are not reported. */
  get groups(): GroupMembership | undefined {
    return this.#state?.groups;
  }

  /**
   * Reads the agent; once more if that is asked for meanwhile, so that a burst causes two reads.
   *
   * @param read `undefined` if the line has no agent; never rejects.
   * @returns Whether something has changed, or `undefined` if another call reads it.
   */
  async read(read: () => Promise<AgentState | undefined>): Promise<boolean | undefined> {
    if (this.#reading !== "no") {
      this.#reading = "again";
      return undefined;
    }
    let state: AgentState | undefined;
    do {
      this.#reading = "once";
      state = await read();
    } while (this.#isWantedAgain());
    this.#reading = "no";
    const before = this.#state;
    this.#state = state;
    return state?.canSetGroups !== before?.canSetGroups ||
      state?.groups?.member !== before?.groups?.member ||
      state?.groups?.disabled !== before?.groups?.disabled;
  }

  #isWantedAgain(): boolean {
    return this.#reading === "again";
  }
}
