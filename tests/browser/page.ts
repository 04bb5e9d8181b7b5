/** The common parts of browser tests: pages, and waiting for conditions in them. */
import type { Page } from "playwright-core";

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
  await page.locator(selector, { hasText: text }).first().waitFor();
}
