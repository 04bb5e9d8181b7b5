/** Commands that come from another server: they are checked as those of clients are. */
import type { CommandResult } from "../model/command.ts";
import { type CommandContext, execute, type Sender } from "./commands.ts";
import { parseMessage } from "./v2/requests.ts";

/**
 * Executes a command if it is one, and the sender is permitted to give it. Never rejects.
 *
 * @param written A command of v2, or classic's `drop` of every call; nobody has checked it.
 */
export async function executeRemote(
  written: object,
  sender: Sender,
  context: CommandContext,
): Promise<CommandResult> {
  // A server adds these by the rights of its own clients, so the site adds its own.
  const { redirect: _, all, ...plain }: { redirect?: unknown; all?: unknown } = written;
  const message = parseMessage(JSON.stringify(plain));
  switch (message.kind) {
    case "error":
      return { ok: false, error: message.error };
    case "request":
      return { ok: false, error: { code: "unknown_command", message: "It is not a command" } };
    case "command": {
      const { command } = message;
      const isEvery = all === true && command.cmd === "drop" && "line" in command;
      return await execute(isEvery ? { ...command, all } : command, sender, context);
    }
  }
}
