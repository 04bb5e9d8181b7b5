/** The panel in Chromium, for tests: opens it, and hears whatever it says that is wrong. */
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { eventually } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callEvent, lineEvent } from "../support/events.ts";
import { browserTest, launchChromium, newContext } from "./chromium.ts";
import type { CallCommandName } from "../../src/model/command.ts";

/** A browser's message about a request that is refused. */
const REFUSED = /the server responded with a status of 40[1349]/;
/** Its further message about a server that has gone. */
export const GONE = /net::ERR_|WebSocket connection to/;

/** The selector of the tiles of the lines with an extension. */
export function tileOf(line: string): string {
  return `.tile:has([data-part="line"]:text-is("${line}"))`;
}

/** A page with the panel, and the parts of it. */
export class Panel {
  readonly page: Page;
  /** What it threw, and what the browser refused it or warned of. */
  readonly wrongs: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", ({ message }) => this.wrongs.push(message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.wrongs.push(message.text());
    });
  }

  /** The tiles of the lines with an extension. */
  tile(line: string): Locator {
    return this.page.locator(tileOf(line));
  }

  /** A button of the telephone. */
  button(name: string): Locator {
    return this.page.locator("#phone").getByRole("button", { name, exact: true });
  }

  /** Waits for a text in what a selector finds. */
  async becomes(selector: string, text: string | RegExp): Promise<void> {
    const found = this.page.locator(selector, { hasText: text }).first();
    await found.waitFor();
  }

  /** Waits for the lamp of a line: the letter says what the colour says. */
  async lampIs(line: string, letter: string): Promise<void> {
    const lamp = this.tile(line).locator(".lamp", { hasText: letter });
    await lamp.waitFor();
  }

  /** Waits until a selector finds so many. */
  async countIs(selector: string, count: number): Promise<void> {
    const last = this.page.locator(`:nth-match(${selector}, ${count})`);
    if (count > 0) await last.waitFor({ state: "attached" });
    await this.page.locator(`:nth-match(${selector}, ${count + 1})`).waitFor({ state: "detached" });
  }

  /** Waits until the texts of what a locator finds are these. */
  async textsAre(found: Locator, ...texts: string[]): Promise<void> {
    await eventually(async () => assert.deepEqual(await found.allTextContents(), texts));
  }

  async gone(selector: string): Promise<void> {
    await this.page.locator(selector).first().waitFor({ state: "hidden" });
  }

  async dial(line: string, number: string): Promise<void> {
    await this.page.locator("#phone").getByLabel("Line", { exact: true }).fill(line);
    await this.page.locator("#phone").getByLabel("Number", { exact: true }).fill(number);
    await this.button("Dial").click();
  }

  /** Presses a button of the telephone, and fills in and sends the form that it opens. */
  async command(name: string, values: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.button(name).click();
    if (Object.keys(values).length === 0) return;
    const form = this.page.locator("form.command");
    for (const [label, value] of Object.entries(values)) {
      const field = form.getByLabel(label);
      if (await field.evaluate((element) => element.tagName) === "SELECT") {
        await field.selectOption(value);
      } else await field.fill(value);
    }
    await form.getByRole("button").click();
  }
}

/** A browser with panels, and the servers that they look at. */
export class PanelTest {
  readonly browser: Browser;
  readonly panels: Panel[] = [];
  readonly #servers: AsyncDisposableStack;

  /** @param servers Holds what is stopped when no panel looks at it any more. */
  constructor(browser: Browser, servers: AsyncDisposableStack) {
    this.browser = browser;
    this.#servers = servers;
  }

  /** Opens the panel of a server. */
  async open(port: number, options: BrowserContextOptions = {}): Promise<Panel> {
    const context = await newContext(this.browser, {
      viewport: { width: 1360, height: 900 },
      ...options,
    });
    const panel = new Panel(await context.newPage());
    this.panels.push(panel);
    await panel.page.goto(`http://127.0.0.1:${port}/`);
    return panel;
  }

  /** Starts the program on the fake exchange. */
  async exchange(...args: readonly string[]): Promise<FakeExchange> {
    return this.#servers.use(await FakeExchange.start(...args));
  }

  /** Starts a server with lines and calls that the test makes up. */
  madeUpServer(
    lines: readonly string[],
    options: Parameters<typeof startTestServer>[0] = {},
    execute?: Parameters<typeof startTestServer>[1],
  ): TestServer {
    const started = startTestServer(options, execute);
    this.#servers.defer(() => started.server.stop(1000));
    for (const line of lines) {
      started.bus.publish(
        lineEvent({ line, name: `Desk ${line}`, permanentId: `test:${line}` }, { change: "added" }),
      );
    }
    return started;
  }
}

/**
 * A test in a browser of its own; nothing may go wrong in a panel.
 *
 * @param noted What may: a browser notes each request that is refused.
 */
export function panelTest(
  name: string,
  run: (test: PanelTest) => Promise<void>,
  noted = REFUSED,
): void {
  browserTest(`panel: ${name}`, async () => {
    await using servers = new AsyncDisposableStack();
    await using browser = await launchChromium();
    const test = new PanelTest(browser, servers);
    await run(test);
    const wrongs = test.panels.flatMap(({ wrongs }) => wrongs);
    assert.deepEqual(wrongs.filter((wrong) => !noted.test(wrong)), []);
  });
}

/** A call on a line that can do what is named. */
export function talk(
  { bus }: Pick<TestServer, "bus">,
  line: string,
  can: readonly CallCommandName[] = [],
): void {
  const nowMs = Date.now();
  bus.publish(callEvent({
    id: Number(line),
    line,
    permanentId: `test:${line}`,
    state: "CONNECTED",
    startedAtMs: nowMs - 70_000,
    connectedAtMs: nowMs - 65_000,
    can,
  }, { change: "new", atMs: nowMs }));
}
