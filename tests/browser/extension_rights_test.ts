/** The senders that can make the browser extension dial, and what it asks first, in Chromium. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Folder } from "../support/folder.ts";
import { eventually } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest } from "./chromium.ts";
import { InstalledExtension } from "./installed_extension.ts";
import { servePage } from "./page.ts";

/** Rings and is never answered. */
const PATIENT = "902";

interface Outcome {
  readonly ok: boolean;
  readonly message?: string;
}

/** Asks the extension to dial, as a page or another extension does. */
function ask(page: Page, id: string): Promise<Outcome> {
  return page.evaluate(([id, number]) =>
    (globalThis as unknown as {
      chrome: { runtime: { sendMessage(id: string, message: object): Promise<Outcome> } };
    }).chrome.runtime.sendMessage(id, { cmd: "dial", number }), [id, PATIENT] as const);
}

async function dialled(program: FakeExchange): Promise<readonly string[]> {
  const calls = await program.get("calls") as { called: { number: string } }[];
  return calls.map(({ called }) => called.number);
}

browserTest(
  "extension: a site that is listed wrongly lets no page without an origin dial",
  async () => {
    await using program = await FakeExchange.start();
    await using site = servePage("<!DOCTYPE html><title>Anybody's</title>");
    await using extension = await InstalledExtension.start(program.port, {
      extension: "201",
      // A port is no part of a scheme, as which it is read here.
      dialSites: ["crm:8080", "crm.example.com", "file:///C:/crm.html"],
    });
    await extension.buttonIs("", /^201: free$/);
    const page = await extension.context.newPage();
    await page.goto(`http://127.0.0.1:${site.addr.port}/sandboxed`);
    assert.deepEqual(await ask(page, extension.id), {
      ok: false,
      message: "null is not listed in the options",
    });
    assert.deepEqual(await dialled(program), []);
  },
);

browserTest(
  "extension: a link in a frame that may not ask is asked about by the page, and dials",
  async () => {
    await using program = await FakeExchange.start();
    await using inner = servePage(`<!DOCTYPE html><a href="tel:${PATIENT}">Ada</a>`);
    await using outer = servePage(
      `<!DOCTYPE html><iframe sandbox="allow-same-origin" src="http://localhost:${inner.addr.port}/"></iframe>`,
    );
    await using extension = await InstalledExtension.start(program.port, { extension: "201" });
    await extension.buttonIs("", /^201: free$/);
    const page = await extension.context.newPage();
    const questions: string[] = [];
    page.on("dialog", async (dialog) => {
      questions.push(dialog.message());
      await dialog.accept();
    });
    await page.goto(`http://127.0.0.1:${outer.addr.port}/`);
    await page.frameLocator("iframe").locator("a").click();
    await eventually(async () => assert.deepEqual(await dialled(program), [PATIENT]));
    assert.deepEqual(questions, [`Dial ${PATIENT}?`]);
  },
);

browserTest("extension: a click on what covers a number is not one on the number", async () => {
  await using program = await FakeExchange.start();
  await using site = servePage(`<!DOCTYPE html><p>Phone: <span>+44 1632 960002</span></p>
    <button style="position: fixed; inset: 0" onclick="this.remove()">Close</button>`);
  const origin = `http://127.0.0.1:${site.addr.port}`;
  await using extension = await InstalledExtension.start(
    program.port,
    { extension: "201", numberSites: [origin] },
    // Nobody is there to press the button of the browser's question.
    { host_permissions: ["http://127.0.0.1/*"] },
  );
  await extension.buttonIs("", /^201: free$/);
  await extension.coversSites();
  const page = await extension.context.newPage();
  const questions: string[] = [];
  page.on("dialog", async (dialog) => {
    questions.push(dialog.message());
    await dialog.dismiss();
  });
  await page.goto(`${origin}/`);
  const box = await page.locator("span").boundingBox();
  assert(box);
  const clickNumber = () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await clickNumber();
  await page.locator("button").waitFor({ state: "detached" });
  await clickNumber();
  await eventually(() => assert.deepEqual(questions, ["Dial +441632960002?"]));
});

browserTest("extension: another extension dials only if it is listed", async () => {
  await using program = await FakeExchange.start();
  await using folder = await Folder.make();
  await folder.write(
    "manifest.json",
    JSON.stringify({ manifest_version: 3, name: "Another", version: "1" }),
  );
  await folder.write("page.html", "<!DOCTYPE html><title>Another</title>");
  await using extension = await InstalledExtension.start(
    program.port,
    { extension: "201" },
    {},
    [folder.path],
  );
  await extension.buttonIs("", /^201: free$/);
  const other = await unpackedId(folder.path);
  const page = await extension.context.newPage();
  await page.goto(`chrome-extension://${other}/page.html`);
  assert.deepEqual(await ask(page, extension.id), {
    ok: false,
    message: `${other} is not listed in the options`,
  });
  await extension.set({ dialExtensions: other });
  await extension.buttonIs("", /^201: free$/);
  assert.equal((await ask(page, extension.id)).ok, true);
  assert.deepEqual(await dialled(program), [PATIENT]);
});

browserTest(
  "extension: a page that has taken over its content script gives no command",
  async () => {
    await using program = await FakeExchange.start();
    await using site = servePage("<!DOCTYPE html><title>Anybody's</title>");
    await using extension = await InstalledExtension.start(program.port, { extension: "201" });
    await extension.buttonIs("", /^201: free$/);
    const page = await extension.context.newPage();
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    const session = await extension.context.newCDPSession(page);
    const world = Promise.withResolvers<number>();
    session.on("Runtime.executionContextCreated", ({ context: { id, origin } }) => {
      if (origin === `chrome-extension://${extension.id}`) world.resolve(id);
    });
    await session.send("Runtime.enable");
    const { result } = await session.send("Runtime.evaluate", {
      contextId: await world.promise,
      awaitPromise: true,
      expression: `new Promise((resolve) => {
      const port = chrome.runtime.connect();
      port.onMessage.addListener(({ answer }) => answer && resolve(JSON.stringify(answer)));
      port.onDisconnect.addListener(() => resolve("disconnected"));
      port.postMessage({ id: 1, cmd: "dial", fields: { line: "201", number: "${PATIENT}" } });
    })`,
    });
    assert.equal(result.value, "disconnected");
    assert.deepEqual(await dialled(program), []);
  },
);

/** The id that Chromium gives to the extension of a folder: its path's hash, in the letters a to p. */
async function unpackedId(folder: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(folder));
  return new Uint8Array(hash).toHex().slice(0, 32).replaceAll(
    /./g,
    (digit) => "abcdefghijklmnop"[Number.parseInt(digit, 16)] ?? "",
  );
}
