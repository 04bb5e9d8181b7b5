/**
 * The panel, for people with a browser: its files as they stand in the sources, and what a browser may
 * do with them. Nothing comes from elsewhere, and no text becomes markup or code.
 */
import index from "../../panel/index.html" with { type: "text" };
import adviceJs from "../../panel/advice.js" with { type: "text" };
import answersJs from "../../panel/answers.js" with { type: "text" };
import appJs from "../../panel/app.js" with { type: "text" };
import callsJs from "../../panel/calls.js" with { type: "text" };
import clientsJs from "../../panel/clients.js" with { type: "text" };
import commandBarJs from "../../panel/command_bar.js" with { type: "text" };
import commandsJs from "../../panel/commands.js" with { type: "text" };
import controlsCss from "../../panel/controls.css" with { type: "text" };
import domJs from "../../panel/dom.js" with { type: "text" };
import formatJs from "../../panel/format.js" with { type: "text" };
import framesJs from "../../panel/frames.js" with { type: "text" };
import httpJs from "../../panel/http.js" with { type: "text" };
import iconSvg from "../../panel/icon.svg" with { type: "text" };
import journalJs from "../../panel/journal.js" with { type: "text" };
import judgementJs from "../../panel/judgement.js" with { type: "text" };
import layoutCss from "../../panel/layout.css" with { type: "text" };
import linesJs from "../../panel/lines.js" with { type: "text" };
import partsCss from "../../panel/parts.css" with { type: "text" };
import phoneJs from "../../panel/phone.js" with { type: "text" };
import simulationJs from "../../panel/simulation.js" with { type: "text" };
import sessionJs from "../../panel/session.js" with { type: "text" };
import snippetJs from "../../panel/snippet.js" with { type: "text" };
import statesJs from "../../panel/states.js" with { type: "text" };
import tailJs from "../../panel/tail.js" with { type: "text" };
import themeCss from "../../panel/theme.css" with { type: "text" };
import themeJs from "../../panel/theme.js" with { type: "text" };
import tokenJs from "../../panel/token.js" with { type: "text" };
import troublesJs from "../../panel/troubles.js" with { type: "text" };
import verdictJs from "../../panel/verdict.js" with { type: "text" };
import { ADVICE } from "../../model/advice.ts";
import { asset } from "./asset.ts";
import type { Handler, Route } from "./route.ts";

const FILES = {
  "advice.js": adviceJs,
  "advice.json": JSON.stringify(ADVICE),
  "answers.js": answersJs,
  "app.js": appJs,
  "calls.js": callsJs,
  "clients.js": clientsJs,
  "command_bar.js": commandBarJs,
  "commands.js": commandsJs,
  "controls.css": controlsCss,
  "dom.js": domJs,
  "format.js": formatJs,
  "frames.js": framesJs,
  "http.js": httpJs,
  "icon.svg": iconSvg,
  "journal.js": journalJs,
  "judgement.js": judgementJs,
  "layout.css": layoutCss,
  "lines.js": linesJs,
  "parts.css": partsCss,
  "phone.js": phoneJs,
  "simulation.js": simulationJs,
  "session.js": sessionJs,
  "snippet.js": snippetJs,
  "states.js": statesJs,
  "tail.js": tailJs,
  "theme.css": themeCss,
  "theme.js": themeJs,
  "token.js": tokenJs,
  "troubles.js": troublesJs,
  "verdict.js": verdictJs,
};

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  // Which stands for the WebSocket on the same host and port too.
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const GUARDED = {
  "content-security-policy": POLICY,
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "DENY",
};

const page = asset(index, "text/html; charset=utf-8", { ...GUARDED, vary: "accept" });

/** Answers `GET /`: with the panel where a browser asks, with `words` where a program does. */
export function panelOr(words: Handler): Route {
  return {
    GET: async (visit, options) => {
      if (isBrowser(visit.request)) return await page(visit, options);
      const response = await words(visit, options);
      response.headers.set("vary", "accept");
      return response;
    },
  };
}

/** The files that the page asks for. */
export const PANEL: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries(FILES).map(([name, body]) => {
    const type = TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain";
    return [`/panel/${name}`, { GET: asset(body, type, GUARDED) }];
  }),
);

function isBrowser(request: Request): boolean {
  return (request.headers.get("accept") ?? "").toLowerCase().includes("text/html");
}
