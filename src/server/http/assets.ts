/** The client library as one file, and its types: pages of every origin may import it. */
import types from "../../client/client.d.ts" with { type: "text" };
import backOff from "../../client/back_off.js" with { type: "text" };
import browserRules from "../../client/browser_rules.js" with { type: "text" };
import client from "../../client/client.js" with { type: "text" };
import commands from "../../client/commands.js" with { type: "text" };
import connection from "../../client/connection.js" with { type: "text" };
import errors from "../../client/errors.js" with { type: "text" };
import keepAlive from "../../client/keep_alive.js" with { type: "text" };
import listeners from "../../client/listeners.js" with { type: "text" };
import page from "../../client/page.js" with { type: "text" };
import numbers from "../../client/numbers.js" with { type: "text" };
import progress from "../../client/progress.js" with { type: "text" };
import settings from "../../client/settings.js" with { type: "text" };
import links from "../../client/links.js" with { type: "text" };
import sharing from "../../client/sharing.js" with { type: "text" };
import socket from "../../client/socket.js" with { type: "text" };
import state from "../../client/state.js" with { type: "text" };
import waiting from "../../client/waiting.js" with { type: "text" };
import * as call from "../../model/call.ts";
import * as command from "../../model/command.ts";
import * as error from "../../model/error.ts";
import * as event from "../../model/event.ts";
import * as forward from "../../model/forward.ts";
import * as line from "../../model/line.ts";
import * as link from "../../model/link.ts";
import * as number from "../../model/number.ts";
import * as right from "../../model/right.ts";
import { asset } from "./asset.ts";
import { joinModules, spellOut } from "./client_files.ts";
import type { Route } from "./route.ts";

/** The client library as one module. */
export const LIBRARY: string = joinModules(
  client,
  ...[state, links, listeners, commands, connection, backOff, browserRules, sharing, progress],
  ...[waiting, keepAlive, socket, page, settings, errors, numbers],
);
const MODEL = {
  ...call,
  ...command,
  ...error,
  ...event,
  ...forward,
  ...line,
  ...link,
  ...number,
  ...right,
};
const FOR_EVERY_ORIGIN = { "access-control-allow-origin": "*" };

export const ASSETS: Readonly<Record<string, Route>> = {
  "/client.js": {
    GET: asset(LIBRARY, "text/javascript; charset=utf-8", {
      ...FOR_EVERY_ORIGIN,
      // For Deno; TypeScript finds the types in the file beside the library.
      "x-typescript-types": "/client.d.ts",
    }),
  },
  "/client.d.ts": {
    GET: asset(spellOut(types, MODEL), "application/typescript; charset=utf-8", FOR_EVERY_ORIGIN),
  },
};
