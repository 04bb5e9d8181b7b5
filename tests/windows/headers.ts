/**
 * Asks the C compiler what Windows' headers say: a program that is made of them prints where it has put
 * the members of structs, and what constants are.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compileForWindows, type Machine, startOn, WINDOWS_STAGE } from "./machine.ts";
import { Stage } from "./program.ts";

/** Prints a struct's size under its name. */
export function sizeOf(struct: string): string {
  return `printf("%s %u\\n", "${struct}", (unsigned)sizeof(${struct}));`;
}

/** Prints a member's offset and size under `STRUCT.member`. */
export function placeOf(struct: string, member: string): string {
  return `printf("%s %u %u\\n", "${struct}.${member}", (unsigned)offsetof(${struct}, ${member}), ` +
    `(unsigned)sizeof(((${struct} *)0)->${member}));`;
}

/** Prints a constant under its name. */
export function valueOf(constant: string): string {
  return `printf("%s %u\\n", "${constant}", (unsigned)(${constant}));`;
}

/**
 * Compiles and runs the program.
 *
 * @param headers Besides windows.h.
 * @returns The numbers after each name.
 */
export async function askHeaders(
  on: Machine,
  headers: readonly string[],
  lines: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const source = `${
    ["windows.h", ...headers, "stddef.h", "stdio.h"].map((header) => `#include <${header}>`).join(
      "\n",
    )
  }
int main(void) {
${lines.join("\n")}
return 0;
}
`;
  await using stage = await Stage.prepare(on, { files: { "headers.c": source } });
  const program = await compileForWindows(join(stage.folder, "headers.c"));
  await Deno.copyFile(program, join(stage.folder, "headers.exe"));
  await using process = startOn(on, stage.folder, [`${WINDOWS_STAGE}\\headers.exe`]);
  assert.equal(await process.exitCode(), 0, process.log);
  return new Map(
    process.output.trim().split(/\r?\n/).map((line) => {
      const [name = "", ...numbers] = line.split(" ");
      return [name, numbers.map(Number)];
    }),
  );
}
