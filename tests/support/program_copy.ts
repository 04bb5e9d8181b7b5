/** A copy of the program in a folder of its own, which a test may change. */
import { join } from "node:path";
import { ROOT } from "./process.ts";

export class ProgramCopy implements Disposable {
  readonly root: string = Deno.makeTempDirSync();

  constructor() {
    for (const file of ["deno.json", "deno.lock"]) {
      Deno.copyFileSync(join(ROOT, file), join(this.root, file));
    }
    copyFolder(join(ROOT, "src"), join(this.root, "src"));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFileSync;
    copy(join(from, name), join(to, name));
  }
}
