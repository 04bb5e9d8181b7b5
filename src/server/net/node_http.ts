/** Requests and responses of node's HTTP server as those of the web, which the routes work with. */
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { type Duplex, Readable } from "node:stream";

/** Methods that a request of the web cannot have. */
const FORBIDDEN_METHODS = /^(?:CONNECT|TRACE|TRACK)$/i;

/** @returns A response if the request cannot be one of the web. */
export function webRequest(
  message: IncomingMessage,
  scheme: "http" | "https",
): Request | Response {
  const { method = "GET", url: target = "/", rawHeaders } = message;
  if (FORBIDDEN_METHODS.test(method)) return new Response(null, { status: 405 });
  try {
    const headers = new Headers();
    for (let i = 0; i < rawHeaders.length; i += 2) {
      headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
    }
    const url = target.startsWith("/") ? `${scheme}://${headers.get("host")}${target}` : target;
    const hasBody = method !== "GET" && method !== "HEAD";
    return new Request(url, {
      method,
      headers,
      ...hasBody && { body: Readable.toWeb(message) as ReadableStream<Uint8Array> },
    });
  } catch {
    return new Response("The request cannot be read\n", { status: 400 });
  }
}

/**
 * Sends a response.
 *
 * @param patienceMs How long the other end may take nothing before its connection is cut.
 */
export async function sendResponse(
  response: Response,
  to: ServerResponse,
  patienceMs: number,
): Promise<void> {
  // The rest of a body that nobody wants is not waited for.
  if (!to.req.complete) to.setHeader("connection", "close");
  to.writeHead(response.status, [...response.headers].flat());
  const reader = response.body?.getReader();
  if (reader === undefined) return void to.end();
  // There is nothing to cancel when the body has ended.
  to.once("close", () => void reader.cancel().catch(() => {}));
  try {
    for (let read; !(read = await reader.read()).done;) {
      if (to.write(read.value) || to.destroyed) continue;
      await once(to, "drain", { signal: AbortSignal.timeout(patienceMs) });
    }
    to.end();
  } catch {
    // The body has failed, or nobody reads it: either way the response cannot be whole.
    to.destroy();
  }
}

/** Answers a request for a WebSocket with a response, and ends the connection. */
export async function refuseUpgrade(response: Response, stream: Duplex): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const { status, headers } = response;
  headers.set("connection", "close");
  headers.set("content-length", String(body.length));
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  stream.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines}\r\n`);
  stream.end(body);
}
