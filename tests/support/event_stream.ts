/** Reads Server-Sent Events as a browser does, over a real connection. */
import assert from "node:assert/strict";
import { within } from "./patience.ts";

/** What a stream has brought: an event, or a comment. */
export interface StreamItem {
  /** `message` where it has no name. */
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export class EventStreamReader implements AsyncDisposable {
  readonly response: Response;
  /** The comments so far. */
  comments = 0;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #aborter: AbortController;
  #rest = "";

  private constructor(response: Response, aborter: AbortController) {
    assert(response.body, "the stream has a body");
    this.response = response;
    this.#aborter = aborter;
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStreamReader> {
    const aborter = new AbortController();
    const response = await fetch(url, { headers, signal: aborter.signal });
    return new EventStreamReader(response, aborter);
  }

  /** The next event; `undefined` where the stream has ended. */
  async next(): Promise<StreamItem | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        const item = this.#parse(block);
        if (item !== undefined) return item;
        continue;
      }
      const read = this.#reader.read();
      const { value, done } = await within(read, () => "The next event of the stream");
      if (done) return undefined;
      this.#rest += value;
    }
  }

  /** The next events. */
  async take(count: number): Promise<StreamItem[]> {
    const items: StreamItem[] = [];
    while (items.length < count) {
      const item = await this.next();
      assert(item, "the stream has ended");
      items.push(item);
    }
    return items;
  }

  #parse(block: string): StreamItem | undefined {
    const item = { event: "message", id: "", data: "" };
    for (const line of block.split("\n")) {
      const [, field = "", value = ""] = line.match(/^([^:]*): ?(.*)$/) ?? [];
      if (field === "") this.comments++;
      else if (field === "event" || field === "id" || field === "data") item[field] = value;
      else assert.fail(`a field ${field}`);
    }
    return item.data === "" ? undefined : item;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#aborter.abort();
    await this.#reader.cancel().catch(() => {});
  }
}
