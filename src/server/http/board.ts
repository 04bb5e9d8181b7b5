/**
 * The lamp board as a page: pages of allowed origins may show it in a frame. A click on it dials, so no
 * other page may lay something over it.
 */
import page from "../../panel/board.html" with { type: "text" };
import { provenanceOf } from "../access/origins.ts";
import { framedBy } from "./policy.ts";
import type { Route, RouteContext } from "./route.ts";

export const BOARD: Readonly<Record<string, Route>> = {
  "/board": {
    GET: ({ request }, context) => {
      const framing = framingOrigin(request, context);
      return new Response(page, {
        headers: {
          ...framing === undefined ? framedBy() : framedBy(framing),
          "content-type": "text/html; charset=utf-8",
          vary: "referer",
        },
      });
    },
  },
};

/** The origin of the page that the browser says the request comes from, if it is allowed. */
function framingOrigin(request: Request, { permits }: RouteContext): string | undefined {
  const origin = URL.parse(request.headers.get("referer") ?? "")?.origin;
  if (origin === undefined || origin === "null") return undefined;
  return permits({ ...provenanceOf(request), origin }) ? origin : undefined;
}
