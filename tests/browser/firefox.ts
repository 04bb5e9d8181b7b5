/** Real Firefox for tests. */
// @ts-types="./puppeteer.d.ts"
import { type Browser, launch, type Page } from "puppeteer-core";
import { PATIENCE_MS } from "../support/patience.ts";
import { hasTool } from "../support/tools.ts";

const EXECUTABLE = Deno.env.get("FIREFOX") ?? "/usr/bin/firefox-esr";

const hasFirefox = hasTool({
  command: EXECUTABLE,
  suite: "the tests in Firefox",
  remedy: "Debian: apt-get install firefox-esr; elsewhere name it in the variable FIREFOX",
});

/** A test that needs Firefox, in a browser of its own; no page may throw. */
export function firefoxTest(name: string, run: (firefox: Firefox) => Promise<void>): void {
  Deno.test({
    name: `Firefox: ${name}`,
    ignore: !hasFirefox,
    // The browser's driver keeps handles of its own beyond the test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const browser = await launch({
        browser: "firefox",
        executablePath: EXECUTABLE,
        headless: true,
        timeout: PATIENCE_MS,
        protocolTimeout: PATIENCE_MS,
      });
      try {
        const firefox = new Firefox(browser);
        await run(firefox);
        if (firefox.errors.length > 0) throw new Error(firefox.errors.join("\n"));
      } finally {
        await browser.close();
      }
    },
  });
}

export class Firefox {
  readonly #browser: Browser;
  /** The exceptions of pages. */
  readonly errors: string[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Installs an unpacked extension. */
  async install(folder: string): Promise<void> {
    await this.#browser.installExtension(folder);
  }

  /** Opens a page in a tab more. */
  async open(url: string): Promise<Page> {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => {
      this.errors.push(String(error));
    });
    await page.goto(url);
    return page;
  }
}
