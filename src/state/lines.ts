/**
 * The lines as last heard. A line stays while TAPI is away, and is itself again when it comes back: a
 * session's line object is forgotten with the session, the permanent id is not.
 */
import type { LineEvent } from "../model/event.ts";
import type { Forward } from "../model/forward.ts";
import type { Line, LineIdentity, LineSettings } from "../model/line.ts";
import type { LineFoundSignal, LineReportSignal, LineSignal } from "../session/signals.ts";

/** A change of a line. */
export type LineChange = Pick<LineEvent, "change" | "now">;
type LineChanges = Generator<LineChange, void, void>;

/** A line that clients know; its place among the others stays. */
interface Tracked {
  now: Line;
}

export class Lines {
  /** In the order in which they were found. */
  readonly #tracked = new Set<Tracked>();
  readonly #byLineIdentity = new Map<LineIdentity, Tracked>();
  readonly #byPermanentId = new Map<string, LineIdentity>();
  /** Those of a session that is over. */
  readonly #away = new Set<LineIdentity>();

  all(): Line[] {
    return Array.from(this.#tracked, ({ now }) => now);
  }

  /** Takes the session's next signal, and yields what changes by it, each when it has. */
  *receive(signal: LineSignal): LineChanges {
    if (signal.kind === "line-found") return yield* this.#found(signal);
    if (signal.kind === "line-removed") return yield* this.#remove(signal.line);
    const tracked = this.#byLineIdentity.get(signal.line);
    // Removed, or another session's line by now.
    if (tracked === undefined) return;
    switch (signal.kind) {
      case "line-status": {
        const { error: knownError, ...now } = tracked.now;
        const { status, error, can = now.can } = signal;
        if (status === now.status && error === knownError && can === now.can) return;
        const next = { ...now, status, ...error !== undefined && { error }, can };
        return yield change(tracked, "status", next);
      }
      case "line-report":
        return yield* this.#report(signal, tracked);
    }
  }

  /** The session is over: its lines wait for the next one's. */
  sessionEnded(): void {
    for (const line of this.#byLineIdentity.keys()) this.#away.add(line);
  }

  /** The next session has found all its lines: those that did not come back are gone. */
  *linesTried(): LineChanges {
    for (const line of [...this.#away]) yield* this.#remove(line);
  }

  *#found({ line, replaces }: LineFoundSignal): LineChanges {
    if (replaces !== undefined && replaces.permanentId !== line.permanentId) {
      yield* this.#remove(replaces);
    }
    const old = this.#byPermanentId.get(line.permanentId);
    // Clients know a line by its extension: with another one it is another line.
    if (old !== undefined && old.line !== line.line) yield* this.#remove(old);
    const returned = old && this.#byLineIdentity.get(old);
    if (old !== undefined) this.#forget(old);
    const tracked: Tracked = returned ?? { now: newLine(line) };
    this.#tracked.add(tracked);
    this.#byLineIdentity.set(line, tracked);
    this.#byPermanentId.set(line.permanentId, line);
    if (returned === undefined) return yield { change: "added", now: tracked.now };
    // Its end in the session before may not have been reported, and is not awaited any more.
    if (returned.now.status !== "closed") yield change(returned, "status", closed(returned.now));
    const { name, provider, kind } = line;
    const { now } = returned;
    if (name === now.name && provider === now.provider && kind === now.kind) return;
    yield change(returned, "info", { ...now, name, provider, kind });
  }

  *#report(report: LineReportSignal, tracked: Tracked): LineChanges {
    const { name, forwards, messageWaiting, settings, can } = report;
    if (name !== undefined && name !== tracked.now.name) {
      yield change(tracked, "info", { ...tracked.now, name });
    }
    if (forwards !== undefined && !sameForwards(forwards, tracked.now.forwards)) {
      yield change(tracked, "forwarding", { ...tracked.now, forwards });
    }
    if (messageWaiting !== undefined && messageWaiting !== tracked.now.messageWaiting) {
      yield change(tracked, "message_lamp", { ...tracked.now, messageWaiting });
    }
    if (settings !== undefined && changesSettings(settings, tracked.now)) {
      yield change(tracked, "settings", { ...tracked.now, ...settings });
    }
    // The same commands are the same array.
    if (can !== undefined && can !== tracked.now.can) {
      yield change(tracked, "info", { ...tracked.now, can });
    }
  }

  *#remove(line: LineIdentity): LineChanges {
    const tracked = this.#byLineIdentity.get(line);
    if (tracked === undefined) return;
    this.#forget(line);
    this.#tracked.delete(tracked);
    yield { change: "removed", now: closed(tracked.now) };
  }

  #forget(line: LineIdentity): void {
    this.#away.delete(line);
    this.#byLineIdentity.delete(line);
    if (this.#byPermanentId.get(line.permanentId) === line) {
      this.#byPermanentId.delete(line.permanentId);
    }
  }
}

function newLine(identity: LineIdentity): Line {
  return { ...identity, status: "closed", forwards: [], messageWaiting: false, can: [] };
}

function closed({ error: _, ...line }: Line): Line {
  return { ...line, status: "closed", can: [] };
}

function change(tracked: Tracked, change: LineEvent["change"], now: Line): LineChange {
  tracked.now = now;
  return { change, now };
}

function sameForwards(a: readonly Forward[], b: readonly Forward[]): boolean {
  return a.length === b.length &&
    a.every(({ when, to }, index) => when === b[index]?.when && to === b[index]?.to);
}

/** Whether a report says something new; its members are plain values, in an order that stays. */
function changesSettings(settings: LineSettings, now: Line): boolean {
  const names = Object.keys(settings) as (keyof LineSettings)[];
  return names.some((name) => JSON.stringify(settings[name]) !== JSON.stringify(now[name]));
}
