/** The headers of what a person opens in a browser: they keep other hosts and injected code out. */

/** @param frameAncestors Who may show the page in a frame. */
const policyFor = (frameAncestors: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // Includes the WebSocket on the same host and port.
    "connect-src 'self'",
    `frame-ancestors ${frameAncestors}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");

export const GUARDED: Readonly<Record<string, string>> = {
  "content-security-policy": policyFor("'none'"),
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "DENY",
};

/** For a page that pages of these origins may show in a frame, besides the server's own. */
export function framedBy(...origins: readonly string[]): Readonly<Record<string, string>> {
  return {
    "content-security-policy": policyFor(["'self'", ...origins].join(" ")),
    "referrer-policy": "no-referrer",
  };
}
