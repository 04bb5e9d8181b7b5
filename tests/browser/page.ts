/** What browser tests share: the program on the fake exchange, and pages that use it. */
import type { Page } from "playwright-core";
import { PATIENCE_MS } from "../support/patience.ts";
import { ProgramProcess } from "../support/process.ts";

/** The program in a process of its own: silent, until a call is made. */
export class FakeExchange implements AsyncDisposable {
  readonly #process: ProgramProcess;
  readonly #settings: string;
  readonly port: number;

  private constructor(process: ProgramProcess, settings: string, port: number) {
    this.#process = process;
    this.#settings = settings;
    this.port = port;
  }

  /**
   * Starts it; resolves when its lines are open.
   *
   * @param toml What stands in its configuration file.
   */
  static async start(toml = ""): Promise<FakeExchange> {
    const settings = await Deno.makeTempFile({ suffix: ".toml" });
    await Deno.writeTextFile(settings, toml);
    const process = new ProgramProcess([
      `--config=${settings}`,
      "--provider=fake",
      "--host=127.0.0.1",
      "--port=0",
      "--fake-rate=0",
    ]);
    const port = await process.port();
    await process.logged(/8 lines are open/);
    return new FakeExchange(process, settings, port);
  }

  /** Somebody outside calls an extension, for a minute unless said otherwise. */
  async ring(to: string, from: string, hangUpAfterMs?: number): Promise<void> {
    await this.#post("/fake/calls", { to, from, hangUpAfterMs });
  }

  /** Drops the only call of a line. */
  async drop(line: string): Promise<void> {
    await this.#post("/api/v2/commands", { cmd: "drop", line });
  }

  async #post(path: string, body: object): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(answer);
  }

  /** What a path of `/api/v2/` answers. */
  async get(path: "calls" | "lines"): Promise<unknown> {
    return await (await fetch(`http://127.0.0.1:${this.port}/api/v2/${path}`)).json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await Deno.remove(this.#settings);
  }
}

const PAGES: Readonly<Record<string, HeadersInit>> = {
  "/": {},
  // The same page, which the browser then gives no origin.
  "/sandboxed": { "content-security-policy": "sandbox allow-scripts" },
};

/** Serves a page from an origin of its own, as an intranet server would; its other pages are empty. */
export function servePage(html: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const headers = PAGES[new URL(url).pathname];
    return new Response(headers === undefined ? "" : html, {
      headers: { ...headers, "content-type": "text/html; charset=utf-8" },
    });
  });
}

/** The errors that a page throws from now on. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  return errors;
}

export async function textBecomes(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: PATIENCE_MS });
}
