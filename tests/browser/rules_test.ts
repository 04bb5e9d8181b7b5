/**
 * What browsers let pages reach: the manual's table, tried in Chromium. Every server stands on this
 * machine; Chromium is told which of them it takes for public.
 */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { Client, ErrorCode, Status } from "../../src/client/client.d.ts";
import { hasOpenSsl, makeCertificate, type TestCertificate } from "../support/certificate.ts";
import { rowsOf } from "../support/manual.ts";
import { ANYONE } from "../support/identity.ts";
import { rulesFor, startTestServer } from "../support/server.ts";
import { browserTest, launchChromium, newContext } from "./chromium.ts";

const SITE = "crm.example.com";
const RULES = rulesFor(ANYONE, { allowOrigins: [`http*://${SITE}:*`] });

/** The manual's words for what becomes of an attempt, and what the library reports then. */
const OUTCOMES: Readonly<Record<string, { readonly status: Status; readonly code?: ErrorCode }>> = {
  "opens": { status: "open" },
  "blocked": { status: "blocked", code: "blocked" },
  "mixed content": { status: "closed", code: "blocked" },
  "blocked, without a reason": { status: "waiting" },
};

interface Rig {
  readonly browser: Browser;
  /** The port of a page. */
  readonly port: (scheme: string, space: string) => number;
  /** An address of the table, with the port of the server. */
  readonly addressOf: (address: string) => string;
  readonly open: (url: string, permissions: readonly string[]) => Promise<Page>;
}

function rulesTest(name: string, run: (rig: Rig) => Promise<void>): void {
  browserTest(name, async () => {
    if (!hasOpenSsl) return;
    await using used = new AsyncDisposableStack();
    const certificate = await makeCertificate("browser-rules");
    const servers = {
      ws: startTestServer({ rules: RULES }).server,
      wss: startTestServer({ rules: RULES, tls: certificate }).server,
    };
    for (const server of Object.values(servers)) used.defer(() => server.stop(1000));
    const library = await (await fetch(`http://127.0.0.1:${servers.ws.port}/client.js`)).text();
    const ports = new Map<string, number>();
    for (const space of ["public", "private"]) {
      for (const [scheme, tls] of [["http", {}], ["https", certificate]] as const) {
        const site = used.use(serveSite(library, tls));
        ports.set(`${scheme} ${space}`, site.addr.port);
      }
    }
    const spaces = [...ports].map(([key, port]) =>
      `127.0.0.1:${port}=${key.endsWith("public") ? "public" : "local"}`
    );
    for (const { port } of Object.values(servers)) spaces.push(`127.0.0.1:${port}=local`);
    const names = [SITE, "phones", "phones.lan", "phones.local", "192.168.0.9"];
    const browser = used.use(
      await launchChromium(names, `--ip-address-space-overrides=${spaces.join()}`),
    );
    await run({
      browser,
      port: (scheme, space) => ports.get(`${scheme} ${space}`) ?? 0,
      addressOf: (address) => {
        const { port } = address.startsWith("wss:") ? servers.wss : servers.ws;
        return `${address}:${port}/`;
      },
      open: async (url, permissions) => {
        const context = await newContext(browser, { ignoreHTTPSErrors: true });
        await context.grantPermissions([...permissions], { origin: new URL(url).origin });
        const page = await context.newPage();
        await page.goto(url);
        return page;
      },
    });
  });
}

function serveSite(library: string, tls: Partial<TestCertificate>): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls };
  return Deno.serve(
    options,
    ({ url }) =>
      url.endsWith(".js")
        ? new Response(library, { headers: { "content-type": "text/javascript" } })
        : new Response("<!DOCTYPE html><title>CRM</title>", {
          headers: { "content-type": "text/html" },
        }),
  );
}

/** Connects from a page, and waits for what becomes of it. */
function outcomeIn(page: Page, url: string): Promise<{ status: Status; code?: ErrorCode }> {
  return page.evaluate(async (url) => {
    const { connect } = await import("/client.js" as string);
    const client: Client = connect(url);
    const seen = await new Promise<{ status: Status; code?: ErrorCode }>((resolve) => {
      let code: ErrorCode | undefined;
      client.on("error", (error) => code = error.code);
      client.on("status", ({ status }) => {
        // An error may follow in the same turn.
        if (status !== "connecting") {
          queueMicrotask(() => resolve({ status, ...code !== undefined && { code } }));
        }
      });
    });
    await client.close();
    return seen;
  }, url);
}

const [HEADER = []] = rowsOf(/^the page$/);
const ROWS = rowsOf(/^`https?`, (?:public|private) address/);

rulesTest("the manual's table of what browsers let pages reach is Chromium's", async (rig) => {
  assert.equal(ROWS.length, 5);
  for (const [name = "", ...cells] of ROWS) {
    const [, scheme = "", space = ""] = name.match(/`(https?)`, (\w+)/) ?? [];
    const permissions = name.endsWith("access allowed") ? ["local-network-access"] : [];
    const page = await rig.open(`${scheme}://${SITE}:${rig.port(scheme, space)}/`, permissions);
    for (const [column, cell] of cells.entries()) {
      for (const [, address = ""] of HEADER[column + 1]?.matchAll(/`(wss?:[^`]+)`/g) ?? []) {
        const seen = await outcomeIn(page, rig.addressOf(address));
        assert.deepEqual(seen, OUTCOMES[cell], `${name} to ${address}`);
      }
    }
    await page.context().close();
  }
});

rulesTest(
  "a page that is denied waits, without hammering, until access is allowed",
  async ({ port, addressOf, open }) => {
    const url = `https://${SITE}:${port("https", "public")}/`;
    const page = await open(url, []);
    const attemptsMade = () => page.evaluate("attempts");
    await page.evaluate(async (url) => {
      const { connect } = await import("/client.js" as string);
      Object.assign(globalThis, { attempts: 0 });
      const client: Client = connect(url, { backOff: { firstMs: 1, longestMs: 2 } });
      client.on("status", ({ status }) => {
        if (status === "connecting") globalThis.attempts++;
      });
      client.on("error", ({ message }) => Object.assign(globalThis, { advice: message }));
      Object.assign(globalThis, { client });
    }, addressOf("wss://phones.lan"));
    await page.waitForFunction("client.status === 'blocked'");
    assert.match(
      String(await page.evaluate("advice")),
      /phones\.lan.* on the local network\. Allow .*tapi2ws policies --origin https:\/\/crm\.example\.com/,
    );
    const before = Number(await attemptsMade());
    const refused = "client.requestAccess().catch(({ code }) => code)";
    assert.equal(await page.evaluate(refused), "blocked");
    // Only the click has made an attempt, although waits are of 2 ms.
    assert.equal(await attemptsMade(), before + 1);
    await page.context().grantPermissions(["local-network-access"], {
      origin: new URL(url).origin,
    });
    await page.waitForFunction("client.status === 'open'");
    await page.evaluate("client.requestAccess()");
  },
);

declare global {
  var attempts: number;
  var advice: string;
}
