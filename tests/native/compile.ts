/** Compiles C for tests; what was compiled on this machine before is found again. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** What is to be made of C sources. */
export interface Compilation {
  readonly compiler: string;
  readonly flags: readonly string[];
  /** Files; a change of any of them compiles anew. Those with other endings than `.c` are headers. */
  readonly sources: readonly string[];
  /** Behind the sources, such as `-lm`. */
  readonly libraries?: readonly string[];
  /** The result's file name begins and ends with these. */
  readonly name: string;
  readonly ending: string;
}

/**
 * @returns The path of the library or executable.
 * @throws Deno.errors.NotFound where there is no such compiler.
 */
export async function compileOnce(compilation: Compilation): Promise<string> {
  const { compiler, flags, sources, libraries = [], name, ending } = compilation;
  const hash = createHash("sha256").update(
    JSON.stringify([Deno.build, compiler, flags, libraries]),
  );
  for (const source of sources) {
    hash.update(basename(source)).update("\0").update(Deno.readFileSync(source));
  }
  const path = join(tmpdir(), `${name}-${hash.digest("hex").slice(0, 16)}${ending}`);
  if (await exists(path)) return path;

  // Built aside and then renamed: another test run may be building, or using, the same.
  const building = await Deno.makeTempFile({ prefix: `${name}-`, suffix: ending });
  try {
    const { success, stderr } = await new Deno.Command(compiler, {
      args: [
        ...flags,
        "-o",
        building,
        ...sources.filter((source) => source.endsWith(".c")),
        ...libraries,
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`${name} fails to compile:\n${new TextDecoder().decode(stderr)}`);
    await Deno.rename(building, path);
    return path;
  } catch (error) {
    await Deno.remove(building);
    throw error;
  }
}

/** Whether there is a file or folder. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
