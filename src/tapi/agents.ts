/** The ACD groups of agents: LINEAGENTSTATUS and LINEAGENTGROUPLIST, whose entries are the same. */
import type { Memory } from "./library.ts";
import { LINEAGENTGROUPENTRY, LINEAGENTGROUPLIST, LINEAGENTSTATUS } from "./structs.ts";
import { decodeText } from "./text.ts";

/** More groups than any agent has: of a driver that claims more, the first are read. */
const MOST_GROUPS = 1000;

/** A group that an agent can be logged in to. */
export interface AgentGroup {
  /** The 16 bytes of GroupID in hex; they alone identify the group. */
  readonly id: string;
  /** "" if the driver gives none. */
  readonly name: string;
}

/** Groups as a struct lists them. */
export interface AgentGroups {
  readonly groups: readonly AgentGroup[];
  /** Whether these are as many as the struct counts, and it had room for all. */
  readonly isComplete: boolean;
}

/** What lineGetAgentStatus reports of the agent on an address. */
export interface AgentStatus extends AgentGroups {
  /** LINEAGENTFEATURE_ bits. */
  readonly features: number;
}

/** Decodes a LINEAGENTSTATUS, whatever its bytes hold: the groups that the agent is logged in to. */
export function decodeAgentStatus(status: Uint8Array): AgentStatus {
  const { GroupList, dwAgentFeatures, ...sizes } = LINEAGENTSTATUS.decode(status);
  return { ...groupsOf(status, GroupList, sizes), features: dwAgentFeatures };
}

/** Decodes a LINEAGENTGROUPLIST, whatever its bytes hold: the groups that the agent can log in to. */
export function decodeAgentGroups(list: Uint8Array): AgentGroups {
  const { List, ...sizes } = LINEAGENTGROUPLIST.decode(list);
  return groupsOf(list, List, sizes);
}

/** Encodes a LINEAGENTGROUPLIST for lineSetAgentGroup, which ignores the names. */
export function encodeAgentGroups(groups: readonly AgentGroup[]): Memory {
  const { size } = LINEAGENTGROUPENTRY;
  const entries = new Uint8Array(groups.length * size);
  groups.forEach(({ id }, entry) =>
    LINEAGENTGROUPENTRY.encode(entries.subarray(entry * size), { GroupID: Uint8Array.fromHex(id) })
  );
  const list: Memory = new Uint8Array(LINEAGENTGROUPLIST.size + entries.length);
  LINEAGENTGROUPLIST.encode(list, {
    dwTotalSize: list.length,
    dwNeededSize: list.length,
    dwUsedSize: list.length,
    dwNumEntries: groups.length,
    List: entries,
  });
  return list;
}

interface Sizes {
  readonly dwNeededSize: number;
  readonly dwNumEntries: number;
}

function groupsOf(
  whole: Uint8Array,
  entries: Uint8Array,
  { dwNeededSize, dwNumEntries }: Sizes,
): AgentGroups {
  const { size } = LINEAGENTGROUPENTRY;
  const count = Math.min(dwNumEntries, Math.floor(entries.length / size), MOST_GROUPS);
  const groups = Array.from({ length: count }, (_, index) => {
    const entry = LINEAGENTGROUPENTRY.decode(entries.subarray(index * size, (index + 1) * size));
    // The offset counts from the start of the struct that contains the entry.
    const { dwNameOffset: start, dwNameSize: bytes } = entry;
    const name = start + bytes > whole.length
      ? ""
      : decodeText(whole.subarray(start, start + bytes));
    return { id: entry.GroupID.toHex(), name };
  });
  return { groups, isComplete: count === dwNumEntries && dwNeededSize <= whole.length };
}
