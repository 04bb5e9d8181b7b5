/** A file for browsers, which keep it until it changes. */
import { createHash } from "node:crypto";
import type { Handler } from "./route.ts";

/** Answers with the file, or with 304 if the browser has it. */
export function asset(
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string,
  more: Readonly<Record<string, string>> = {},
): Handler {
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  const headers = {
    // Kept, but revalidated each time: a new server can bring a new file.
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

/** Whether the header lists the tag, which a proxy that compresses makes weak, or allows any. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
