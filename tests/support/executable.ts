/** Packs the program as the task `compile` does, and reads what the executable carries. */
import { fileURLToPath } from "node:url";
import { COMPILE_WORDS } from "./compile_task.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The data that an executable carries after the runtime. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** The settings, as Deno writes them. */
  readonly metadata: {
    readonly permissions: Readonly<Record<string, readonly string[] | boolean | null>>;
    readonly app_version: string;
    /** Of the cache of compiled code in the folder for temporary files; none: no such cache. */
    readonly code_cache_key: string | null;
  };
  /** Paths of the files, such as `src/main.ts`. */
  readonly files: readonly string[];
}

/** A file or folder as Deno writes it: `n` its name, `e` what is in the folder. */
interface Entry {
  readonly File?: { readonly n: string };
  readonly Dir?: { readonly n: string; readonly e: readonly Entry[] };
}

/**
 * Runs the task's command with another output, on a runtime that is here: nothing is downloaded, and
 * the result carries everything but does not run as the program.
 *
 * @param runtime A Deno executable, for the task's own target where `forWindows`, else for this one.
 */
export async function pack(
  runtime: string,
  output: string,
  { forWindows }: { forWindows: boolean },
): Promise<Packed> {
  const left = forWindows ? ["--output"] : ["--output", "--target", "--icon"];
  const words = COMPILE_WORDS.slice(2).filter((word, i, all) =>
    !left.includes(word) && !left.includes(all[i - 1] ?? "")
  );
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "--output", output, ...words],
    cwd: ROOT,
    env: { DENORT_BIN: runtime, NO_COLOR: "1" },
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return unpack(await Deno.readFile(output));
}

/** Finds the settings after their mark and length, and the list of files after its length. */
function unpack(bytes: Uint8Array): Packed {
  const text = new TextDecoder("latin1").decode(bytes);
  const metadataAt = text.lastIndexOf('{"argv":');
  const filesAt = text.indexOf('[{"Dir":', metadataAt);
  const json = (at: number) => {
    const length = Number(new DataView(bytes.buffer).getBigUint64(at - 8, true));
    return JSON.parse(new TextDecoder().decode(bytes.subarray(at, at + length)));
  };
  return { bytes, metadata: json(metadataAt), files: [...paths(json(filesAt))] };
}

function* paths(entries: readonly Entry[], folder = ""): Iterable<string> {
  for (const { File, Dir } of entries) {
    if (File !== undefined) yield folder + File.n;
    if (Dir !== undefined) yield* paths(Dir.e, `${folder}${Dir.n}/`);
  }
}
