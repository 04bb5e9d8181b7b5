/** Pages of other sites in real Chromium: which of them reach the server, and what they can do there. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Folder } from "../support/folder.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest, launchChromium, newContext, OTHER_MACHINE, WEB_SITE } from "./chromium.ts";
import { servePage } from "./page.ts";

const TOKEN = "page-token";

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

/** The results of a page that tries each way to the server. */
function tryAll(page: Page, port: number, token = ""): Promise<Record<string, unknown>> {
  return page.evaluate(async ([port, token]) => {
    const base = `127.0.0.1:${port}`;
    const open = (protocols: string[], query = "") =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${base}/${query}`, protocols);
        // A message that is not a command is answered in either dialect.
        socket.onopen = () => socket.send('{"cmd":"fly"}');
        socket.onmessage = ({ data }) => resolve(JSON.parse(data).type ?? "answer");
        socket.onclose = ({ code }) => resolve(code);
      });
    const ask = async (path: string, init?: RequestInit) => {
      try {
        return (await fetch(`http://${base}${path}`, init)).status;
      } catch {
        return "unreadable";
      }
    };
    const authorization = token === "" ? undefined : { authorization: `Bearer ${token}` };
    return {
      classic: await open([], token === "" ? "" : `?token=${token}`),
      v2: await open(["tapi2ws.v2", ...token === "" ? [] : [`tapi2ws.token.${token}`]]),
      lines: await ask("/api/v2/lines", { headers: authorization ?? {} }),
      command: await ask("/api/v2/commands", {
        method: "POST",
        headers: { "content-type": "application/json", ...authorization },
        body: '{"cmd":"ping"}',
      }),
      // Requests that a page can send without a preflight: they must have no effect.
      blind: await ask("/api/v2/commands", {
        method: "POST",
        mode: "no-cors",
        body: '{"cmd":"dial","line":"201","number":"202"}',
      }),
    };
  }, [port, token] as const);
}

const REACHED = { classic: "answer", v2: "hello", lines: 200, command: 200, blind: 0 };
const REFUSED = {
  classic: 1006,
  v2: 1006,
  lines: "unreadable",
  command: "unreadable",
  blind: 0,
};

browserTest(
  "pages of the intranet get in, pages from elsewhere when they are listed, none by rebinding",
  async () => {
    await using site = servePage("<!DOCTYPE html><title>A site</title>");
    const other = `http://${WEB_SITE}:${site.addr.port}`;
    await using folder = await Folder.make();
    const config = await folder.write("tapi2ws.toml", "");
    await using program = await FakeExchange.start(`--config=${config}`);
    const { port, process } = program;
    await using browser = await launchChromium();
    const page = await (await newContext(browser)).newPage();
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    assert.deepEqual(await tryAll(page, port), REACHED);
    await page.goto(`http://${OTHER_MACHINE}:${site.addr.port}/`);
    assert.deepEqual(await tryAll(page, port), REACHED);
    await page.goto(`${other}/`);
    assert.deepEqual(await tryAll(page, port), REFUSED);
    await process.logged(new RegExp(`Pages of ${other} are refused.*allowOrigins`));
    await page.goto(`${other}/sandboxed`);
    assert.deepEqual(await tryAll(page, port), REFUSED);

    // The site's name, made to point here.
    const rebound = await page.goto(`http://${WEB_SITE}:${port}/api/v2/lines`);
    assert.equal(rebound?.status(), 403);
    await process.logged(new RegExp(`Requests for ${WEB_SITE}:${port} are.*allowHosts`));

    await folder.write(
      "tapi2ws.toml",
      `allowOrigins = ["${other}"]\nanonymous = false\n[[token]]\nname = "page"\n` +
        `sha256 = "${await sha256(TOKEN)}"\nlines = ["201"]\n`,
    );
    await process.logged(/changed settings are in use/);
    // Where everybody needs a token the port begins anew: connections that fall in between are reset.
    await process.logged(/The port is guarded now/);
    await page.goto(`${other}/`);
    assert.deepEqual(await tryAll(page, port, TOKEN), REACHED);
    const wrong = { classic: 4401, v2: 4401, lines: 401, command: 401, blind: 0 };
    assert.deepEqual(await tryAll(page, port, "wrong"), wrong);
    assert.doesNotMatch(process.log, /dial on line/);
  },
);
