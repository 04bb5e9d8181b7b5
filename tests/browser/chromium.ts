/** Real Chromium for tests; says loudly where there is none. */
import { type Browser, type BrowserContext, chromium } from "playwright-core";

const EXECUTABLE = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** Whether the browser tests can run. */
export const hasChromium: boolean = found();

function found(): boolean {
  try {
    return Deno.statSync(EXECUTABLE).isFile;
  } catch {
    if (Deno.env.get("CI") === "true") {
      throw new Error(`No Chromium at ${EXECUTABLE}: in CI no suite may be left out`);
    }
    // deno-lint-ignore no-console -- a suite that is left out must not go unnoticed
    console.error(
      `\n*** No Chromium at ${EXECUTABLE}: the browser tests are LEFT OUT. Install it, or name it ` +
        "in the variable CHROMIUM. ***\n",
    );
    return false;
  }
}

/** A name that the browser takes for this machine, and not for `localhost`. */
export const OTHER_MACHINE = "pages.intranet";

const OPTIONS = {
  executablePath: EXECUTABLE,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--host-resolver-rules=MAP ${OTHER_MACHINE} 127.0.0.1`,
  ],
};

export function launchChromium(): Promise<Browser> {
  return chromium.launch(OPTIONS);
}

/** Chromium with the unpacked extension of this folder, and a profile of its own. */
export function launchExtension(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext("", {
    ...OPTIONS,
    args: [
      ...OPTIONS.args,
      // Newer versions would ignore the switch that loads it.
      "--disable-features=DisableLoadExtensionCommandLineSwitch",
      `--disable-extensions-except=${folder}`,
      `--load-extension=${folder}`,
    ],
    ignoreDefaultArgs: ["--disable-extensions"],
  });
}
