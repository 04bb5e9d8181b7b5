/** The client library, as it stands in the sources: pages of every origin may import it. */
import types from "../../client/client.d.ts" with { type: "text" };
import library from "../../client/client.js" with { type: "text" };
import { asset } from "./asset.ts";
import type { Route } from "./route.ts";

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
