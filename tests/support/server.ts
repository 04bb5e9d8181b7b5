/** The server on a real bus and a real port, with a phone system that a test answers for. */
import { Numbers } from "../../src/numbers/numbers.ts";
import { createHash } from "node:crypto";
import type { ServiceStatus } from "../../src/bus/ports.ts";
import type { EventBus } from "../../src/bus/bus.ts";
import type { Command, CommandResult } from "../../src/model/command.ts";
import { systemClock } from "../../src/clock.ts";
import type { AccessRules, Grant, TokenRule } from "../../src/settings/access_rules.ts";
import type { ServerOptions } from "../../src/server/options.ts";
import { type RunningServer, startServer } from "../../src/server/server.ts";
import { strictBus } from "./events.ts";
import { ANYONE } from "./identity.ts";
import { FoldedState } from "./state.ts";

/** Rules by which everyone is this identity, beside what is given. */
export function rulesFor(
  anonymous: Grant | undefined,
  rules: Partial<AccessRules> = {},
): AccessRules {
  return {
    anonymous,
    tokens: [],
    jwt: undefined,
    dial: {},
    allowOrigins: [],
    allowSharedAddresses: false,
    allowHosts: [],
    trustProxy: [],
    ...rules,
  };
}

/** A rule for a token, which is named like the token itself. */
export function tokenRule(token: string, rule: Partial<TokenRule> = {}): TokenRule {
  const sha256 = createHash("sha256").update(token).digest("hex");
  return { name: token, sha256, can: ["monitor", "control"], lines: ["*"], ...rule };
}

export const LIMITS = {
  connections: 20_000,
  connectionsPerAddress: 20_000,
  commandsPerSecond: 200,
  messageBytes: 64 * 1024,
  requestSeconds: 20,
  guard: false,
};

/** A phone system that works. */
export const WORKING_STATUS: ServiceStatus = {
  provider: "up",
  lines: { open: 1, closed: 0, failed: 0, outOfService: 0 },
  lastMessageAgeSeconds: null,
  lastProbeAgeSeconds: null,
  silentForSeconds: null,
  troubles: [],
  hanging: [],
};

export interface TestServer {
  readonly bus: EventBus;
  readonly state: FoldedState;
  /** The commands so far. */
  readonly commands: Command[];
  readonly server: RunningServer;
}

/** @param execute What a command comes to; by default it succeeds. */
export function startTestServer(
  options: Partial<ServerOptions> = {},
  execute: (command: Command) => CommandResult = () => ({ ok: true, outcome: {} }),
): TestServer {
  const historyLength = options.historyLength ?? 1000;
  const bus = strictBus(historyLength);
  const state = FoldedState.of(bus);
  const commands: Command[] = [];
  const server = startServer({
    host: "127.0.0.1",
    port: 0,
    lineType: "number",
    maxUnsentBytes: 4 * 1024 * 1024,
    clientTimeoutSeconds: 30,
    historyLength,
    limits: LIMITS,
    rules: rulesFor(ANYONE),
    ownNames: [],
    version: "1.2.3",
    clock: systemClock,
    bus,
    state,
    commands: {
      execute: (command) => {
        commands.push(command);
        return Promise.resolve(execute(command));
      },
      lineOf: () => undefined,
    },
    numbers: new Numbers(),
    status: { status: () => WORKING_STATUS },
    ...options,
  });
  return { bus, state, commands, server };
}
