/**
 * /manual/: the manual of the version that runs. Browsers get a page, programs its Markdown, which
 * everybody gets under the name with `.md`.
 */
import { PAGES, PICTURES } from "../../manual/pages.ts";
import { prefersHtml } from "../http/accept.ts";
import { asset } from "../http/asset.ts";
import { GUARDED } from "../http/policy.ts";
import type { Handler, Route } from "../http/route.ts";
import { render } from "./markdown.ts";
import { type Contents, indexMarkdown, indexOf, pageOf } from "./page.ts";

const HTML = "text/html; charset=utf-8";
const MARKDOWN = "text/markdown; charset=utf-8";
const BY_ACCEPT = { vary: "accept" };
const TYPES: Readonly<Record<string, string>> = {
  svg: "image/svg+xml",
  webp: "image/webp",
};

let contents: Promise<Contents> | undefined;

/** Every page as HTML, which is made when the manual is opened for the first time. */
function rendered(): Promise<Contents> {
  return contents ??= (async () => {
    const pages: Record<string, Contents[string]> = {};
    for (const [name, { text }] of Object.entries(PAGES)) {
      pages[name] = await render(text);
      // Sockets get their turn between pages.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return pages;
  })();
}

/** A file that is made when somebody first asks for it. */
function made(type: string, make: (contents: Contents) => string): Handler {
  let file: Promise<Handler> | undefined;
  return async (visit, context) => {
    file ??= rendered().then((contents) =>
      asset(make(contents), type, { ...GUARDED, ...BY_ACCEPT })
    );
    return await (await file)(visit, context);
  };
}

/** A page for browsers, its Markdown for programs. */
function both(page: Handler, markdown: string): Route {
  const text = asset(markdown, MARKDOWN, BY_ACCEPT);
  return {
    GET: (visit, context) => (prefersHtml(visit.request) ? page : text)(visit, context),
  };
}

export const MANUAL: Readonly<Record<string, Route>> = {
  "/manual": {
    GET: () => new Response(null, { status: 308, headers: { location: "manual/" } }),
  },
  "/manual/": both(made(HTML, indexOf), indexMarkdown()),
  "/manual/search.json": {
    GET: made("application/json", (contents) =>
      JSON.stringify(
        Object.entries(contents).map(([name, { title, sections }]) => ({ name, title, sections })),
      )),
  },
  ...Object.fromEntries(
    Object.entries(PAGES).flatMap(([name, { text }]) => [
      [`/manual/${name}`, both(made(HTML, (contents) => pageOf(name, contents)), text)],
      [`/manual/${name}.md`, { GET: asset(text, MARKDOWN) }],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(PICTURES).map(([name, body]) => [
      `/manual/pictures/${name}`,
      { GET: asset(body, TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream") },
    ]),
  ),
};
