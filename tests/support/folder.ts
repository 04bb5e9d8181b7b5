/** A folder for a test, which is gone at its end. */

export class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "tapi2ws-" }));
  }

  /** The names of what lies in it. */
  get files(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  /** The path of a file in it. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Writes a file as most programs do: beside it, and then in its place. @returns Its path. */
  async write(name: string, text: string): Promise<string> {
    const path = this.at(name);
    await Deno.writeTextFile(`${path}.new`, text);
    await Deno.rename(`${path}.new`, path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
