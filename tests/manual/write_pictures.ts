/**
 * Makes the manual's pictures anew: the diagrams, and the panel as Chromium shows it, light and dark.
 * The task `manual:pictures`.
 */
import type { Browser, Page } from "playwright-core";
import type { Call } from "../../src/model/call.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { launchChromium, newContext } from "../browser/chromium.ts";
import { callEvent, lineEvent, shown } from "../support/events.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { DIAGRAMS } from "./diagrams.ts";

const FOLDER = new URL("../../src/manual/pictures/", import.meta.url);
const WEBP_QUALITY = 0.75;
const { version } = denoJson;

/** The lines that the panel shows, by extension. */
const NAMES: Readonly<Record<string, string>> = {
  201: "Reception",
  202: "Anna Brandt",
  203: "Sales",
  204: "Emre Demir",
  205: "Chiara Conti",
  206: "Workshop",
  207: "Fax",
  208: "David Okafor",
  209: "Accounts",
  210: "Zoe O'Neill",
};

const ADA = { number: "+441632960123", name: "Ada Example", presentation: "shown" } as const;
const WITHHELD = { number: "", name: "", presentation: "withheld" } as const;

/** The calls, each begun so many seconds ago. */
const CALLS: readonly (readonly [line: string, secondsAgo: number, call: Partial<Call>])[] = [
  ["203", 515, { state: "CONNECTED", caller: ADA, can: ["drop", "hold", "transfer", "park"] }],
  ["208", 98, { state: "ONHOLD", caller: shown("+441632960444") }],
  ["205", 37, { state: "CONNECTED", direction: "out", called: shown("+14155550117") }],
  ["201", 9, { state: "OFFERING", caller: WITHHELD }],
];

function fill({ bus }: TestServer): void {
  const nowMs = Date.now();
  for (const [line, name] of Object.entries(NAMES)) {
    const isFax = line === "207";
    const trouble = { status: "failed", error: "LINEERR_ALLOCATED", can: [] } as const;
    bus.publish(lineEvent(
      { line, name, permanentId: `line:${line}`, provider: "Phone system", ...isFax && trouble },
      { change: "added", atMs: nowMs },
    ));
  }
  for (const [line, secondsAgo, call] of CALLS) {
    const startedAtMs = nowMs - secondsAgo * 1000;
    bus.publish(callEvent(
      {
        id: Number(line),
        line,
        permanentId: `line:${line}`,
        startedAtMs,
        called: shown(line),
        ...call.state !== "OFFERING" && { connectedAtMs: startedAtMs },
        ...call,
      },
      { change: "new", atMs: nowMs },
    ));
  }
}

async function photograph(browser: Browser, colorScheme: "light" | "dark"): Promise<Uint8Array> {
  const status = {
    provider: "up",
    lines: { open: 9, closed: 0, failed: 1, outOfService: 0 },
    lastMessageAgeSeconds: 1.2,
    lastProbeAgeSeconds: 7.4,
    silentForSeconds: null,
    troubles: [],
    hanging: [],
  } as const;
  const made = startTestServer({ version, status: { status: () => status } });
  fill(made);
  const context = await newContext(browser, {
    colorScheme,
    viewport: { width: 1290, height: 720 },
  });
  const page = await context.newPage();
  await page.goto(`http://localhost:${made.server.port}/`);
  await page.locator('.tile[data-line="line:203"]').click();
  await page.locator("#calls tbody tr").nth(CALLS.length - 1).waitFor();
  const png = await page.screenshot();
  const webp = await asWebP(await context.newPage(), png);
  await made.server.stop(1000);
  return webp;
}

/** Chromium encodes it: that needs no other tool. */
async function asWebP(page: Page, png: Uint8Array): Promise<Uint8Array> {
  const data = `data:image/png;base64,${png.toBase64()}`;
  const encoded = await page.evaluate(`(async () => {
    const image = new Image();
    image.src = ${JSON.stringify(data)};
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", ${WEBP_QUALITY});
  })()`);
  return Uint8Array.fromBase64(String(encoded).replace("data:image/webp;base64,", ""));
}

for (const [name, svg] of Object.entries(DIAGRAMS)) {
  Deno.writeTextFileSync(new URL(name, FOLDER), svg);
}
await using browser = await launchChromium();
for (const colours of ["light", "dark"] as const) {
  Deno.writeFileSync(new URL(`panel-${colours}.webp`, FOLDER), await photograph(browser, colours));
}
