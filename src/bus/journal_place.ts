/** Places in a journal: where a page begins or ends, and the cursor that says so. */
import type { JournalEntry } from "../model/journal.ts";

/** The cursor is not one of a journal's. */
export class CursorError extends Error {
  override readonly name = "CursorError";
}

/** The place of an entry. The one that ended last is the first; of several, the one added last. */
export type JournalPlace = Pick<JournalEntry, "endedAtMs" | "id">;

/** Sorts places: negative if `a` comes first. */
export function comparePlaces(a: JournalPlace, b: JournalPlace): number {
  return b.endedAtMs - a.endedAtMs || b.id - a.id;
}

export function cursorOf({ endedAtMs, id }: JournalPlace): string {
  return `${endedAtMs.toString(36)}-${id.toString(36)}`;
}

/** @throws CursorError */
export function placeOfCursor(cursor: string): JournalPlace {
  const [, endedAt, id] = /^(-?[0-9a-z]{1,11})-([0-9a-z]{1,11})$/.exec(cursor) ?? [];
  if (endedAt === undefined || id === undefined) {
    throw new CursorError("expected the next of a page before");
  }
  return { endedAtMs: parseInt(endedAt, 36), id: parseInt(id, 36) };
}
