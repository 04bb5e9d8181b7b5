/** Prometheus' own linter, of the Debian package `prometheus`. */
import { hasTool } from "./tools.ts";

/** Whether it is there. */
export const hasPromtool: boolean = hasTool({
  command: "promtool",
  suite: "the checks by Prometheus' linter",
  remedy: "Debian: apt-get install prometheus",
  linuxOnly: true,
});

/** Lets it check a text. @returns What it has to say against it; "" for nothing. */
export async function promtool(what: "metrics" | "rules", text: string): Promise<string> {
  const child = new Deno.Command("promtool", {
    // Metrics it reads from standard input by itself.
    args: ["check", what, ...what === "rules" ? ["/dev/stdin"] : []],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const complaints = decoder.decode(stderr).trim();
  return success ? complaints : `${complaints}\n${decoder.decode(stdout)}`;
}
