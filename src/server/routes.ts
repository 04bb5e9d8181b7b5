/** The HTTP side: request in, response out. No socket and no port, so that it is tested without. */
import type { StatusPort } from "../bus/status.ts";

export interface RoutesOptions {
  readonly version: string;
  readonly status: StatusPort;
  /** Seconds that the process has been serving. */
  readonly uptimeSeconds: () => number;
}

/** Answers a request that asks for no WebSocket. */
export function respond(request: Request, options: RoutesOptions): Response {
  const { pathname, host } = new URL(request.url);
  const route = ROUTES[pathname];
  if (route === undefined) return text(404, `There is nothing at ${pathname}\n`);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text(405, `${pathname} answers GET only\n`, { allow: "GET, HEAD" });
  }
  return route(options, host);
}

type Route = (options: RoutesOptions, host: string) => Response;

const ROUTES: Readonly<Record<string, Route>> = {
  "/": ({ version }, host) =>
    text(
      200,
      `Tapi2Ws ${version}: telephone calls as JSON over WebSocket.

Connect to ws://${host}/ for the events of every line, or to ws://${host}/?line=201 for one line's.
Send {"cmd":"dial","line":201,"number":"0123"} to dial and {"cmd":"drop","line":201} to hang up.
GET /healthz tells whether the server runs, GET /readyz whether it hears the telephone system.
`,
    ),
  "/healthz": ({ version, uptimeSeconds }) =>
    json(200, { status: "ok", version, uptimeSeconds: Math.floor(uptimeSeconds()) }),
  "/readyz": ({ status }) => {
    const now = status.status();
    const ready = now.provider === "up" && now.lines.open > 0;
    return json(ready ? 200 : 503, now);
  },
};

const NO_STORE = { "cache-control": "no-store" };

function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: { ...NO_STORE, "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: NO_STORE });
}
