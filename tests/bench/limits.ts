/** How many sockets a process may have here. */
import { print } from "./report.ts";

/** What a process needs besides the sockets: its modules, pipes, the runtime's own files. */
const OTHER_FILES = 100;

/**
 * Whether a process may have a socket for each of so many clients; if not, says what is left out.
 */
export function openFilesFor(clients: number, benchmark: string): boolean {
  const limit = openFilesLimit();
  if (clients + OTHER_FILES <= limit) return true;
  print(
    `LEFT OUT: ${benchmark} with ${clients} clients, because a process may open ${limit} files ` +
      `only (ulimit -Hn)`,
  );
  return false;
}

/** The hard limit, to which Deno raises the soft one when it starts. */
function openFilesLimit(): number {
  if (Deno.build.os === "windows") return Infinity;
  const { stdout } = new Deno.Command("sh", { args: ["-c", "ulimit -Hn"] }).outputSync();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isNaN(limit) ? Infinity : limit; // "unlimited"
}
