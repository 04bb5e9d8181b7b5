/** The groups of a line's ACD agent: what an agent handler reports of them, and how it sets them. */
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import {
  type AgentGroup,
  type AgentGroups,
  type AgentStatus,
  decodeAgentGroups,
  decodeAgentStatus,
  encodeAgentGroups,
} from "../../tapi/agents.ts";
import { fillStruct } from "../../tapi/buffers.ts";
import { has, LINEAGENTFEATURE } from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import type { AgentState } from "../agent.ts";
import type { TapiLine } from "../line.ts";
import { unsupported } from "./errors.ts";
import type { Requests } from "./requests.ts";

/**
 * Reads the agent of a line.
 *
 * @throws CommandFailure, TapiError if the line has none, MissingFunctionError
 */
export async function readAgent(requests: Requests, line: TapiLine): Promise<AgentState> {
  const status = await statusOf(requests, line);
  const canSetGroups = has(status.features, LINEAGENTFEATURE.SETAGENTGROUP);
  const all = await groupsOf(requests, line);
  if (!status.isComplete || !all.isComplete) return { canSetGroups };
  const left = all.groups.filter(({ id }) => !includes(status.groups, id));
  return { canSetGroups, groups: { member: status.groups.length, disabled: left.length } };
}

/**
 * Logs the agent in to a group, or out of it; in to all groups that it can log in to, or out of all.
 *
 * @throws CommandFailure, also if a change could log the agent out of groups that are not reported.
 */
export async function setAgentGroup(
  requests: Requests,
  line: TapiLine,
  command: CommandOf<"group">,
): Promise<CommandOutcome> {
  if (!line.agent.commands.includes("group")) {
    throw unsupported("The line has no agent, or none whose groups can be set now");
  }
  // Each begins with what the one before has left.
  await line.settings.run(async () => {
    const list = encodeAgentGroups(await wantedGroups(requests, line, command));
    const { device: { handle }, addressId } = line;
    await requests.send(line, "lineSetAgentGroup", handle, addressId, list);
  });
  requests.settingsChanged(line);
  return {};
}

/** All groups that the agent is to be logged in to: lineSetAgentGroup takes them together. */
async function wantedGroups(
  requests: Requests,
  line: TapiLine,
  { mode, group }: CommandOf<"group">,
): Promise<readonly AgentGroup[]> {
  if (mode === "out" && group === undefined) return [];
  const all = complete(await groupsOf(requests, line));
  if (group === undefined) return all;
  const now = complete(await statusOf(requests, line));
  const named = [...all, ...now].find(({ name }) => name === group);
  if (named === undefined) throw unsupported(`The line's agent has no group ${group}`);
  const others = now.filter(({ id }) => id !== named.id);
  return mode === "in" ? [...others, named] : others;
}

function complete({ groups, isComplete }: AgentGroups): readonly AgentGroup[] {
  if (isComplete) return groups;
  throw unsupported("The driver does not report all groups: a change could leave some");
}

function includes(groups: readonly AgentGroup[], id: string): boolean {
  return groups.some((group) => group.id === id);
}

async function statusOf(requests: Requests, line: TapiLine): Promise<AgentStatus> {
  return decodeAgentStatus(await read(requests, line, "lineGetAgentStatusW"));
}

async function groupsOf(requests: Requests, line: TapiLine): Promise<AgentGroups> {
  return decodeAgentGroups(await read(requests, line, "lineGetAgentGroupListW"));
}

/** Reads a struct that is written at LINE_REPLY. */
function read(
  requests: Requests,
  line: TapiLine,
  fn: "lineGetAgentStatusW" | "lineGetAgentGroupListW",
): Promise<Memory> {
  const { device: { handle }, addressId } = line;
  return fillStruct((buffer) => requests.send(line, fn, handle, addressId, buffer));
}
