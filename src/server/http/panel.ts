/** The panel, for people with a browser: its files, and the modules of the model that they import. */
import * as advice from "../../model/advice.ts";
import * as command from "../../model/command.ts";
import index from "../../panel/index.html" with { type: "text" };
import { prefersHtml } from "./accept.ts";
import { asset } from "./asset.ts";
import { asJavaScript } from "./model_module.ts";
import * as files from "./panel_files.ts";
import { GUARDED } from "./policy.ts";
import type { Handler, Route } from "./route.ts";

/** Modules of the model that the panel imports. */
const MODEL = { "advice.ts": advice, "command.ts": command };

const JAVASCRIPT = "text/javascript; charset=utf-8";
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: JAVASCRIPT,
  svg: "image/svg+xml",
};

const page = asset(index, "text/html; charset=utf-8", { ...GUARDED, vary: "accept" });

/** Answers `GET /` with the panel for browsers, with `words` for programs. */
export function panelOr(words: Handler): Route {
  return {
    GET: async (visit, options) => {
      if (prefersHtml(visit.request)) return await page(visit, options);
      const response = await words(visit, options);
      response.headers.set("vary", "accept");
      return response;
    },
  };
}

/** The files that pages of other origins load with the lamp board. */
const OF_BOARD = [
  "board.js",
  "board_action.js",
  "dom.js",
  "format.js",
  "frames.js",
  "session.js",
  "settings.js",
  "states.js",
  "tile.js",
  "tile_field.js",
  "token.js",
];

/** The files of the panel, and of the lamp board. */
export const PANEL: Readonly<Record<string, Route>> = Object.fromEntries([
  ...Object.entries(files).map(([name, body]) =>
    route(`/panel/${name}`, body, TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain")
  ),
  ...Object.entries(MODEL).map(([name, module]) =>
    route(`/model/${name}`, asJavaScript(module), JAVASCRIPT)
  ),
]);

/** The part that pages of every origin may import. */
export const BOARD_FILES: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries(PANEL).filter(([path]) => OF_BOARD.includes(path.replace("/panel/", ""))),
);

function route(path: string, body: string, type: string): [string, Route] {
  return [path, { GET: asset(body, type, GUARDED) }];
}
