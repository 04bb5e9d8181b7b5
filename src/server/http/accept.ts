/** The kinds of content that the sender of a request can show. */

/** Browsers ask for HTML when a person opens an address; programs do not. */
export function prefersHtml(request: Request): boolean {
  return (request.headers.get("accept") ?? "").toLowerCase().includes("text/html");
}
