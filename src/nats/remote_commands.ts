/** Commands of a gateway's clients: sent to the site once, or not at all, and never kept for later. */
import type { CommandPort, CommandSender } from "../bus/ports.ts";
import type { CallId } from "../model/call_id.ts";
import type { Command, CommandResult } from "../model/command.ts";
import type { ErrorCode } from "../model/error.ts";
import type { Following } from "./following.ts";
import { type Link, RequestFailure } from "./link.ts";
import { siteOfLine } from "./names.ts";
import { COMMAND_REPLY, readAs, SUBJECTS, WIRE_VERSION } from "./wire.ts";

/** How long a command may be on its way to the site. */
const ARRIVES_WITHIN_MS = 2000;

export interface RemoteCommandsOptions {
  readonly link: Link;
  /** The gateway's. */
  readonly name: string;
  readonly replyTimeoutMs: number;
  readonly following: () => Following | undefined;
}

export class RemoteCommands implements CommandPort {
  readonly #options: RemoteCommandsOptions;

  constructor(options: RemoteCommandsOptions) {
    this.#options = options;
  }

  async execute(command: Command, by?: CommandSender): Promise<CommandResult> {
    const { link, name, replyTimeoutMs, following } = this.#options;
    const now = following();
    if (now === undefined || link.connectedForMs === undefined) {
      return failed("provider_down", "The gateway is not connected");
    }
    const site = "line" in command ? siteOfLine(command.line) : undefined;
    const view = "call" in command
      ? now.fleet.viewWith({ call: command.call })
      : site === undefined
      ? undefined
      : now.fleet.viewWith({ site });
    if (view === undefined) {
      return "call" in command
        ? failed("unknown_call", "There is no such call")
        : failed("unknown_line", "There is no such line");
    }
    const isDown = failed("provider_down", `The site ${view.site} is not connected`);
    const { stretch } = view;
    if (stretch === undefined || view.isLost) return isDown;
    const untilMs = now.watch.siteUptimeMs(view.site, stretch.life, ARRIVES_WITHIN_MS);
    if (untilMs === undefined) return isDown;
    const request = {
      v: WIRE_VERSION,
      id: crypto.randomUUID(),
      untilMs,
      by: { gateway: name, identity: by?.identity ?? "", address: by?.address ?? "" },
      command,
    };
    try {
      const subject = SUBJECTS.command(view.site, stretch.life);
      const timeoutMs = replyTimeoutMs + ARRIVES_WITHIN_MS;
      const reply = await link.request(subject, JSON.stringify(request), timeoutMs);
      return readAs(COMMAND_REPLY, reply.string()) ??
        failed("timeout", "The site's answer cannot be read: the outcome is not known");
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      return error.reason === "gone"
        ? isDown
        : failed("timeout", "The site has not answered: the outcome is not known");
    }
  }

  lineOf(call: CallId): string | undefined {
    return this.#options.following()?.fleet.call(call)?.line;
  }
}

function failed(code: ErrorCode, message: string): CommandResult {
  return { ok: false, error: { code, message } };
}
