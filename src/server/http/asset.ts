/** A file that browsers get as it stands in the sources, and keep for as long as it is the same. */
import { createHash } from "node:crypto";
import type { Handler } from "./route.ts";

/** Answers with the file, or with 304 where the browser has it. */
export function asset(
  body: string,
  contentType: string,
  more: Readonly<Record<string, string>> = {},
): Handler {
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  const headers = {
    // Kept, but asked for each time: a new server brings a new file.
    "cache-control": "no-cache",
    etag,
    "x-content-type-options": "nosniff",
    ...more,
  };
  return ({ request }) =>
    isKnown(request.headers.get("if-none-match"), etag)
      ? new Response(null, { status: 304, headers })
      : new Response(body, { headers: { ...headers, "content-type": contentType } });
}

/** Whether the client has it: a list of tags, weak where a proxy compressed it, or any. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
