/** Real Chromium for tests. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
} from "playwright-core";
import { PATIENCE_MS } from "../support/patience.ts";
import { WatchedProcess } from "../support/process.ts";
import { hasTool } from "../support/tools.ts";

const EXECUTABLE = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

const hasChromium = hasTool({
  command: EXECUTABLE,
  suite: "the browser tests",
  remedy: "Debian: apt-get install chromium; elsewhere name it in the variable CHROMIUM",
});

/** A name that the browser takes for this machine, and not for `localhost`. */
export const OTHER_MACHINE = "pages.intranet";

/** One that it takes for this machine as well, and that could be anybody's on the web. */
export const WEB_SITE = "web.test";

const OPTIONS = {
  executablePath: EXECUTABLE,
  timeout: PATIENCE_MS,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/** A test that needs Chromium. */
export function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: !hasChromium,
    // The browser's driver keeps handles of its own beyond the test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/**
 * @param names Of hosts, or addresses, that are this machine besides.
 * @param switches Of Chromium, besides.
 */
export function launchChromium(
  names: readonly string[] = [],
  ...switches: readonly string[]
): Promise<Browser> {
  const args = [...OPTIONS.args, hostRules(OTHER_MACHINE, WEB_SITE, ...names), ...switches];
  return chromium.launch({ ...OPTIONS, args });
}

/** Chromium as people have it: it keeps pages for the way back, and throttles hidden ones. */
export function launchUnaided(): Promise<Browser> {
  return chromium.launch({
    ...OPTIONS,
    ignoreDefaultArgs: [
      "--disable-back-forward-cache",
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
    ],
  });
}

/** Pages that have nothing of other tests' and are as patient as every test. */
export async function newContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return patient(await browser.newContext(options));
}

/** Chromium with the unpacked extensions of these folders, and a profile of its own. */
export async function launchExtension(...folders: readonly string[]): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext("", {
    ...OPTIONS,
    args: [...OPTIONS.args, ...extensionArgs(...folders)],
    ignoreDefaultArgs: ["--disable-extensions"],
  });
  return patient(context);
}

/**
 * Chromium with the extension, and with nobody attached who would keep its service worker awake.
 *
 * @param profile An empty folder.
 */
export function unwatchedExtension(folder: string, profile: string): WatchedProcess {
  return new WatchedProcess(EXECUTABLE, {
    args: [
      ...OPTIONS.args,
      ...extensionArgs(folder),
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
  });
}

function extensionArgs(...folders: readonly string[]): string[] {
  return [
    // Newer versions would ignore the switch that loads it.
    "--disable-features=DisableLoadExtensionCommandLineSwitch",
    `--disable-extensions-except=${folders.join()}`,
    `--load-extension=${folders.join()}`,
  ];
}

function hostRules(...names: readonly string[]): string {
  return `--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1`).join()}`;
}

function patient(context: BrowserContext): BrowserContext {
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}
