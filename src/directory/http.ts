/** A web service as a source: GET, and JSON as the answer. */
import { readFile } from "node:fs/promises";
import type { DirectoryEntry } from "../model/directory.ts";
import type { HttpSourceSettings } from "../settings/directory.ts";
import { entryOf, type Finder, type LookedUp, MOST_ENTRIES, SourceError } from "./source.ts";

/** A longer answer is not read. */
const MOST_BYTES = 256 * 1024;
/** No entry, as many services say it. */
const NOBODY_STATUSES = [204, 404];
/** Nobody's: no country's numbers begin with 0. */
const NOBODYS_NUMBER = { number: "+0000000", e164: "+0000000" };

export class HttpFinder implements Finder {
  readonly #settings: HttpSourceSettings;
  /** With the certificate authority of the settings; `undefined`: not made yet, or there is none. */
  #client: Deno.HttpClient | undefined;

  constructor(settings: HttpSourceSettings) {
    this.#settings = settings;
  }

  async find(number: LookedUp, signal: AbortSignal): Promise<readonly DirectoryEntry[]> {
    const { results } = this.#settings.fields;
    const answer = await this.#get(number, signal);
    if (answer === undefined) return [];
    const found = results === "" ? answer : at(answer, results);
    const all = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
    return all.slice(0, MOST_ENTRIES).flatMap((item) =>
      entryOf(this.#settings, (path) => at(item, path)) ?? []
    );
  }

  async check(signal: AbortSignal): Promise<string> {
    await this.#get(NOBODYS_NUMBER, signal);
    return "it answers";
  }

  close(): void {
    this.#client?.close();
  }

  /** The answer's JSON; `undefined` if the service knows nobody. */
  async #get(number: LookedUp, signal: AbortSignal): Promise<unknown> {
    const { ca } = this.#settings;
    const client = ca === undefined
      ? undefined
      : this.#client ?? await this.#clientWith(ca, signal);
    let response: Response;
    try {
      response = await fetch(this.#urlFor(number), {
        headers: { accept: "application/json", ...this.#settings.headers },
        // Secrets in the headers, and the number, go to the named server only.
        redirect: "manual",
        signal,
        ...client !== undefined && { client },
      });
    } catch {
      // Its message has the URL, with the number.
      throw new SourceError("it cannot be reached");
    }
    const { status, body } = response;
    if (status !== 200) {
      await body?.cancel();
      if (NOBODY_STATUSES.includes(status)) return undefined;
      throw new SourceError(`it answers with status ${status}`);
    }
    const text = await textOf(body);
    try {
      return JSON.parse(text);
    } catch {
      throw new SourceError("its answer is not JSON");
    }
  }

  /** @param ca The path of a PEM file: if it cannot be used, the next question tries again. */
  async #clientWith(ca: string, signal: AbortSignal): Promise<Deno.HttpClient> {
    try {
      const cert = await readFile(ca, "utf8");
      signal.throwIfAborted();
      return this.#client ??= Deno.createHttpClient({ caCerts: [cert] });
    } catch {
      throw new SourceError("the file of its certificate authority cannot be used");
    }
  }

  #urlFor({ number, e164 = "" }: LookedUp): string {
    return this.#settings.url
      .replaceAll("{e164}", encodeURIComponent(e164))
      .replaceAll("{digits}", encodeURIComponent(number.replace("+", "")))
      .replaceAll("{number}", encodeURIComponent(number));
  }
}

async function textOf(body: Response["body"]): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  try {
    for await (const bytes of body ?? []) {
      length += bytes.length;
      if (length > MOST_BYTES) {
        throw new SourceError(`its answer has more than ${MOST_BYTES} bytes`);
      }
      text += decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    throw error instanceof SourceError ? error : new SourceError("its answer breaks off");
  }
  return text + decoder.decode();
}

/** The value at a path such as `contact.name` or `people.0.name`; `undefined` if there is none. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (part, key) =>
      typeof part === "object" && part !== null && Object.hasOwn(part, key)
        ? (part as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
