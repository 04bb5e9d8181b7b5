/** The client library, as it stands in the sources: pages of every origin may import it. */
import { createHash } from "node:crypto";
import types from "../../client/client.d.ts" with { type: "text" };
import library from "../../client/client.js" with { type: "text" };
import type { Route } from "./route.ts";

export const ASSETS: Readonly<Record<string, Route>> = {
  "/client.js": asset(library, "text/javascript; charset=utf-8", {
    // Deno takes the types from there, as TypeScript does from the file beside the other.
    "x-typescript-types": "/client.d.ts",
  }),
  "/client.d.ts": asset(types, "application/typescript; charset=utf-8"),
};

function asset(
  body: string,
  contentType: string,
  more: Readonly<Record<string, string>> = {},
): Route {
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  const headers = {
    // Kept, but asked for each time: a new server brings a new library.
    "cache-control": "no-cache",
    etag,
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
  };
  return {
    GET: ({ request }) =>
      isKnown(request.headers.get("if-none-match"), etag)
        ? new Response(null, { status: 304, headers })
        : new Response(body, { headers: { ...headers, "content-type": contentType, ...more } }),
  };
}

/** Whether the client has it: a list of tags, weak where a proxy compressed it, or any. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
