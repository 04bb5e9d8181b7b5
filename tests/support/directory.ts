/** Sources of the directory that a test answers for, and numbers as they are looked up. */
import type { DirectoryEntry } from "../../src/model/directory.ts";
import type { LookedUp, Source } from "../../src/directory/source.ts";

/** Somebody's entry. */
export function entry(
  name: string,
  source = "test",
  more: Partial<DirectoryEntry> = {},
): DirectoryEntry {
  return { name, company: "", source, ...more };
}

/** A number in E.164, as calls are looked up. */
export function number(e164: string): LookedUp {
  return { number: e164, e164 };
}

type Answer = readonly DirectoryEntry[] | Error | Promise<readonly DirectoryEntry[]>;

/** A source that answers as it is told, and notes what it was asked. */
export class ScriptedSource implements Source {
  readonly asked: string[] = [];
  isClosed = false;

  constructor(
    readonly name: string,
    public answer: (number: string, signal: AbortSignal) => Answer,
  ) {}

  fits(): boolean {
    return true;
  }

  find({ number }: LookedUp, signal: AbortSignal): Promise<readonly DirectoryEntry[]> {
    this.asked.push(number);
    const answer = this.answer(number, signal);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  check(): Promise<string> {
    return Promise.resolve("fine");
  }

  close(): void {
    this.isClosed = true;
  }
}
