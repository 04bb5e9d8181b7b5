/**
 * Asks the directory for the parties of calls. It hears calls from the bus, after their events have been
 * delivered, and hands what it finds to the state, which alone changes calls.
 */
import type { EventBus } from "../bus/bus.ts";
import type { DirectoryPort, DirectoryReader, DirectorySourceStatus } from "../bus/ports.ts";
import { type Call, type Party, PARTY_ROLES } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { DirectoryMatch } from "../model/directory.ts";
import type { CallEvent } from "../model/event.ts";
import type { DirectorySettings } from "../settings/directory.ts";
import type { Directory } from "./directory.ts";
import { openDirectory, type OpenOptions } from "./open.ts";
import { lookedUp } from "./source.ts";

export interface CallNamesOptions extends OpenOptions {
  readonly bus: EventBus;
  readonly port: DirectoryPort;
}

export class CallNames implements DirectoryReader, Disposable {
  readonly #options: CallNamesOptions;
  readonly #subscription: Disposable;
  /** The numbers of each live call that have been looked up, each with its E.164. */
  readonly #lookedUp = new Map<CallId, Set<string>>();
  /** `undefined`: there is no directory. */
  #directory: Directory | undefined;
  /** The settings with which {@linkcode #directory} was opened. */
  #settings: DirectorySettings;

  constructor(settings: DirectorySettings, options: CallNamesOptions) {
    this.#options = options;
    this.#settings = settings;
    this.#directory = openDirectory(settings, options);
    this.#subscription = options.bus.subscribe((event) => {
      if (event.type === "call") this.#hear(event);
    });
  }

  get status(): readonly DirectorySourceStatus[] | undefined {
    return this.#directory?.status;
  }

  async whoHas(number: string, e164: string | undefined): Promise<DirectoryMatch | undefined> {
    return await this.#directory?.lookUp(lookedUp(number, e164));
  }

  /** Uses changed settings from the next call on. */
  reconfigure(settings: DirectorySettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    this.#directory?.close();
    this.#directory = openDirectory(settings, this.#options);
  }

  [Symbol.dispose](): void {
    this.#directory?.close();
    this.#subscription[Symbol.dispose]();
  }

  #hear({ call, change }: CallEvent): void {
    if (change === "ended") return void this.#lookedUp.delete(call.id);
    if (this.#directory === undefined) return;
    for (const role of PARTY_ROLES) {
      if (isOutside(call[role], call)) this.#lookUp(call.id, call[role]);
    }
  }

  #lookUp(id: CallId, { number, e164 }: Party): void {
    let numbers = this.#lookedUp.get(id);
    if (numbers === undefined) this.#lookedUp.set(id, numbers = new Set());
    // What a number is may depend on the direction, which some drivers report later.
    const key = `${number} ${e164}`;
    if (numbers.has(key)) return;
    numbers.add(key);
    void this.whoHas(number, e164).then((match) => {
      if (match !== undefined) this.#options.port.found(id, number, match);
    });
  }
}

/** Whether the party has a number that is not the line's own. */
function isOutside({ number, presentation }: Party, { line }: Call): boolean {
  return presentation === "shown" && number !== line && /\d/.test(number);
}
