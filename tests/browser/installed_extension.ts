/** The browser extension in Chromium, as users install it: from the server's file, unpacked. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import type { BrowserContext, Page, Worker } from "playwright-core";
import { Folder } from "../support/folder.ts";
import { eventually } from "../support/patience.ts";
import { launchExtension } from "./chromium.ts";
import { textBecomes } from "./page.ts";

/** The part of an extension's world that the tests use. */
declare const chrome: {
  readonly action: {
    getBadgeText(of: object): Promise<string>;
    getTitle(of: object): Promise<string>;
  };
  readonly alarms: { clearAll(): Promise<boolean> };
  readonly commands: { readonly onCommand: Dispatched };
  readonly contextMenus: { readonly onClicked: Dispatched };
  readonly notifications: {
    readonly onButtonClicked: Dispatched;
    readonly onClicked: Dispatched;
    readonly onClosed: Dispatched;
    create(id: string, options: object): Promise<string>;
    getAll(): Promise<Readonly<Record<string, true>>>;
    clear(id: string): Promise<boolean>;
  };
  readonly scripting: { getRegisteredContentScripts(): Promise<readonly unknown[]> };
  readonly storage: { readonly session: { get(key: string): Promise<Record<string, unknown>> } };
};

/** An event of the browser, as if it happened. */
interface Dispatched {
  dispatch(...args: unknown[]): void;
}

/** A notification that is shown. */
export interface Shown {
  readonly id: string;
  readonly text: string;
  readonly actions: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Unpacks the file that a server gives away.
 *
 * @param preset Settings that it brings besides.
 * @param manifest Members that its manifest gets besides.
 */
export async function unpackExtension(
  folder: Folder,
  port: number,
  preset: Members = {},
  manifest: Members = {},
): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/extension.zip`);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.mkdir(dirname(folder.at(name)), { recursive: true });
    await Deno.writeFile(folder.at(name), bytes);
  }
  for (
    const [name, more] of Object.entries({
      "extension/preset.json": preset,
      "manifest.json": manifest,
    })
  ) {
    const own = JSON.parse(strFromU8(files[name] ?? new Uint8Array()));
    await folder.write(name, JSON.stringify({ ...own, ...more }));
  }
}

export class InstalledExtension implements AsyncDisposable {
  readonly context: BrowserContext;
  /** A page of the extension that stays open: the worker may be stopped. */
  readonly page: Page;
  readonly #folder: Folder;

  private constructor(context: BrowserContext, page: Page, folder: Folder) {
    this.context = context;
    this.page = page;
    this.#folder = folder;
  }

  /**
   * Installs it. The first parameters are those of {@linkcode unpackExtension}.
   *
   * @param others Folders of extensions without a service worker, which are installed besides.
   */
  static async start(
    port: number,
    preset: Members = {},
    manifest: Members = {},
    others: readonly string[] = [],
  ): Promise<InstalledExtension> {
    const folder = await Folder.make();
    await unpackExtension(folder, port, preset, manifest);
    const context = await launchExtension(folder.path, ...others);
    const worker = context.serviceWorkers()[0] ?? await context.waitForEvent("serviceworker");
    const page = await context.newPage();
    await page.goto(new URL("options.html", worker.url()).href);
    return new InstalledExtension(context, page, folder);
  }

  get id(): string {
    return new URL(this.page.url()).host;
  }

  get #worker(): Worker {
    const [worker] = this.context.serviceWorkers();
    assert(worker);
    return worker;
  }

  async #only(): Promise<Shown> {
    const [only, ...others] = await this.shown();
    assert(only !== undefined && others.length === 0);
    return only;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Fills in the options, and saves them. */
  async set(values: Readonly<Record<string, string | boolean>>): Promise<void> {
    await this.page.reload();
    for (const [name, value] of Object.entries(values)) {
      const field = this.page.locator(`[name="${name}"]`);
      if (typeof value === "boolean") await field.setChecked(value);
      else await field.fill(value);
    }
    await this.page.click("text=Save");
    await textBecomes(this.page, '[data-part="result"]', "Saved.");
  }

  async openPopup(): Promise<Page> {
    const popup = await this.context.newPage();
    await popup.goto(new URL("popup.html", this.page.url()).href);
    return popup;
  }

  /** Waits until pages that are opened get the script for the sites of the settings. */
  async coversSites(): Promise<void> {
    await eventually(async () => {
      const scripts = await this.page.evaluate(() =>
        chrome.scripting.getRegisteredContentScripts()
      );
      assert.equal(scripts.length, 1);
    });
  }

  /** Waits until the button looks so. */
  async buttonIs(badge: string, title: RegExp): Promise<void> {
    await eventually(async () => {
      const [text = "", words = ""] = await this.page.evaluate(async () => [
        await chrome.action.getBadgeText({}),
        await chrome.action.getTitle({}),
      ]);
      assert.equal(text, badge, words);
      assert.match(words, title);
    });
  }

  /** The notifications that are shown. */
  async shown(): Promise<readonly Shown[]> {
    const [ids, kept] = await this.page.evaluate(async () =>
      [
        Object.keys(await chrome.notifications.getAll()),
        (await chrome.storage.session.get("notices"))["notices"],
      ] as const
    );
    const notices = new Map((kept ?? []) as [string, Shown][]);
    return ids.map((id) => {
      const { text = "", actions = [] } = notices.get(id) ?? {};
      return { id, text, actions };
    });
  }

  /** Waits until these notifications are shown, and no others: a text, then the buttons. */
  async shows(
    ...expected: readonly (readonly [text: string, ...actions: string[]])[]
  ): Promise<void> {
    await eventually(async () => {
      const shown = await this.shown();
      const texts = shown.map(({ text, actions }) => [text, ...actions]);
      // The browser has them in no order.
      assert.deepEqual(texts.sort(), expected.map((texts) => [...texts]).sort());
    });
  }

  /** Presses a button of the only notification. */
  async press(action: string): Promise<void> {
    const { id, actions } = await this.#only();
    assert(actions.includes(action), `${action} is not among ${actions}`);
    await this.#worker.evaluate(
      ([id, index]) => chrome.notifications.onButtonClicked.dispatch(id, index),
      [id, actions.indexOf(action)] as const,
    );
  }

  /** Clicks on the only notification. */
  async click(): Promise<void> {
    const { id } = await this.#only();
    await this.#worker.evaluate((id) => chrome.notifications.onClicked.dispatch(id), id);
  }

  /** Closes the only notification. */
  async close(): Promise<void> {
    const { id } = await this.#only();
    await this.#worker.evaluate((id) => chrome.notifications.onClosed.dispatch(id, true), id);
  }

  /**
   * Notes from now on, as long as the worker is not stopped, which notifications appear.
   *
   * @returns Those that have appeared, by their ids.
   */
  async noteAppearances(): Promise<() => Promise<readonly string[]>> {
    const world = this.#worker;
    await world.evaluate(() => {
      const ids: string[] = [];
      const { create } = chrome.notifications;
      chrome.notifications.create = (id, options) => {
        ids.push(id);
        return create.call(chrome.notifications, id, options);
      };
      Object.assign(globalThis, { appeared: ids });
    });
    return () => world.evaluate(() => (globalThis as unknown as { appeared: string[] }).appeared);
  }

  /** Lets the worker's alarms never ring. */
  async clearAlarms(): Promise<void> {
    await this.page.evaluate(() => chrome.alarms.clearAll());
  }

  /** Removes a notification as the system does, which reports it to nobody. */
  async removeAll(): Promise<void> {
    for (const { id } of await this.shown()) {
      await this.page.evaluate((id) => chrome.notifications.clear(id), id);
    }
  }

  /** Presses the keys of a command. */
  async keys(command: string): Promise<void> {
    await this.#worker.evaluate((name) => chrome.commands.onCommand.dispatch(name), command);
  }

  /** Chooses the item of the context menu about a selected text. */
  async dialSelected(selectionText: string): Promise<void> {
    await this.#worker.evaluate(
      (text) => chrome.contextMenus.onClicked.dispatch({ selectionText: text }),
      selectionText,
    );
  }

  /** Stops the service worker, as the browser does when it has nothing to do. */
  async stopWorker(): Promise<void> {
    const session = await this.context.newCDPSession(this.page);
    const running = Promise.withResolvers<string>();
    const stopped = Promise.withResolvers<void>();
    session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      for (const { versionId, runningStatus } of versions) {
        if (runningStatus === "running") running.resolve(versionId);
        if (runningStatus === "stopped") stopped.resolve();
      }
    });
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.stopWorker", { versionId: await running.promise });
    await stopped.promise;
    await session.detach();
  }
}
