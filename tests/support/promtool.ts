/** Prometheus' own linter, of the Debian package `prometheus`. */

/** Whether it is there. Says so where it is not; with CI=true that is an error. */
export async function hasPromtool(): Promise<boolean> {
  try {
    await new Deno.Command("promtool", { args: ["--version"] }).output();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const problem = "there is no promtool here (Debian: apt-get install prometheus)";
    if (Deno.env.get("CI") === "true") throw new Error(problem, { cause: error });
    // deno-lint-ignore no-console -- a suite that is left out says so
    console.error(`LEFT OUT: what Prometheus' linter says, because ${problem}`);
    return false;
  }
}

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
