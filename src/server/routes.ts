/** The HTTP side: request in, response out. It knows no socket and no port. */
import type { NatsStatus } from "../bus/ports.ts";
import { type Identity, permits } from "./access/identity.ts";
import { json, text } from "./http/answers.ts";
import { API } from "./http/api.ts";
import { ASSETS } from "./http/assets.ts";
import { BOARD } from "./http/board.ts";
import { EXTENSION } from "./http/extension.ts";
import { PANEL, panelOr } from "./http/panel.ts";
import { monitored, type Route, type RouteContext, type Visit } from "./http/route.ts";
import { simulationRoute } from "./http/simulations.ts";
import { MANUAL } from "./manual/routes.ts";

/** Answers a request that is not for a WebSocket: the one way out for every response. */
export async function respond(
  visit: Omit<Visit, "url">,
  context: RouteContext,
): Promise<Response> {
  const response = await answer({ ...visit, url: new URL(visit.request.url) }, context);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

async function answer(visit: Visit, context: RouteContext): Promise<Response> {
  const { request: { method }, url: { pathname } } = visit;
  const route = Object.hasOwn(ROUTES, pathname)
    ? ROUTES[pathname]
    : simulationRoute(pathname, context);
  if (route === undefined) return text(404, `There is nothing at ${pathname}\n`);
  const handler = method === "HEAD" ? route.GET : route[method as keyof Route];
  if (handler === undefined) {
    const allowed = Object.keys(route).flatMap((key) => key === "GET" ? ["GET", "HEAD"] : key);
    return text(405, `${pathname} answers ${allowed.join(" and ")} only\n`, {
      allow: allowed.join(", "),
    });
  }
  const response = await handler(visit, context);
  return method === "HEAD" ? new Response(null, response) : response;
}

/** The sites of which the identity may see every line, or those that a pattern such as `berlin/*` names. */
function shownNats({ sites, ...nats }: NatsStatus, identity: Identity): NatsStatus {
  const sees = ({ site }: { readonly site: string }) => permits(identity, "monitor", `${site}/`);
  return { ...nats, ...sites !== undefined && { sites: sites.filter(sees) } };
}

const ROUTES: Readonly<Record<string, Route>> = {
  "/": panelOr(({ url: { host } }, { version }) =>
    text(
      200,
      `Tapi2Ws ${version}: telephone calls as JSON over WebSocket.

Connect to ws://${host}/ with the sub-protocol tapi2ws.v2 for lines, calls and every event.
Without it, ws://${host}/ has the call events of every line, ws://${host}/?line=201 one line's.
Send {"cmd":"dial","line":"201","number":"0123"} to dial and {"cmd":"drop","line":"201"} to hang up.
GET /api/v2/lines and /api/v2/calls return the state, /api/v2/schema.json the shape of frames.
Pages import /client.js, which connects, keeps the state and sends commands.
Open this address in a browser for a panel that shows all of it.
GET /healthz reports whether the server runs, GET /readyz whether the phone system is connected.
GET /metrics has metrics for Prometheus, GET /api/v2/journal the calls that have ended.
GET /manual/ lists the pages of the manual, as Markdown. GET /extension.zip is the browser extension.
`,
    )
  ),
  "/healthz": {
    GET: (_, { version, uptimeSeconds }) =>
      json(200, { status: "ok", version, uptimeSeconds: Math.floor(uptimeSeconds()) }),
  },
  "/readyz": {
    GET: ({ identity }, { status }) => {
      const now = status.status();
      const ready = now.provider === "up" && now.lines.open > 0;
      const sees = ({ line }: { readonly line?: string }) =>
        line === undefined || permits(identity, "monitor", line);
      return json(ready ? 200 : 503, {
        ...now,
        troubles: now.troubles.filter(sees),
        hanging: now.hanging.filter(sees),
        ...now.nats !== undefined && { nats: shownNats(now.nats, identity) },
      });
    },
  },
  "/metrics": {
    GET: monitored((_, { metrics }) => {
      if (metrics === undefined) return text(404, "There are no metrics\n");
      const { text: body, contentType } = metrics.exposition();
      return text(200, body, { "content-type": contentType });
    }),
  },
  ...API,
  ...ASSETS,
  ...EXTENSION,
  ...PANEL,
  ...BOARD,
  ...MANUAL,
};
