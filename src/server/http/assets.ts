/** The client library as one file, and its types: pages of every origin may import it. */
import types from "../../client/client.d.ts" with { type: "text" };
import client from "../../client/client.js" with { type: "text" };
import commands from "../../client/commands.js" with { type: "text" };
import connection from "../../client/connection.js" with { type: "text" };
import errors from "../../client/errors.js" with { type: "text" };
import listeners from "../../client/listeners.js" with { type: "text" };
import progress from "../../client/progress.js" with { type: "text" };
import settings from "../../client/settings.js" with { type: "text" };
import sharing from "../../client/sharing.js" with { type: "text" };
import state from "../../client/state.js" with { type: "text" };
import waiting from "../../client/waiting.js" with { type: "text" };
import { asset } from "./asset.ts";
import { joinModules } from "./join_modules.ts";
import type { Route } from "./route.ts";

const library = joinModules(
  client,
  ...[state, listeners, commands, connection, sharing, progress, waiting, settings, errors],
);
const FOR_EVERY_ORIGIN = { "access-control-allow-origin": "*" };

export const ASSETS: Readonly<Record<string, Route>> = {
  "/client.js": {
    GET: asset(library, "text/javascript; charset=utf-8", {
      ...FOR_EVERY_ORIGIN,
      // Deno takes the types from there, as TypeScript does from the file beside the other.
      "x-typescript-types": "/client.d.ts",
    }),
  },
  "/client.d.ts": { GET: asset(types, "application/typescript; charset=utf-8", FOR_EVERY_ORIGIN) },
};
