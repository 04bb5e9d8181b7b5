/** What HTTP requests are answered with: texts, JSON, and the status of each error. */
import type { CommandError, ErrorCode } from "../../model/error.ts";
import { errorFrame, type RequestId } from "../v2/frames.ts";

const STATUS: Readonly<Record<ErrorCode, number>> = {
  bad_json: 400,
  bad_request: 400,
  unknown_command: 400,
  unauthorized: 401,
  not_permitted: 403,
  unknown_line: 404,
  unknown_call: 404,
  no_call: 409,
  ambiguous: 409,
  not_supported: 409,
  too_large: 413,
  rate_limited: 429,
  tapi_error: 502,
  provider_down: 503,
  timeout: 504,
};

export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

export function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

/** JSON that is text already. */
export function jsonText(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}

/** An error frame, with the status that says the same unless another one is given. */
export function failure(
  error: CommandError,
  { id, status = STATUS[error.code] }: { id?: RequestId | undefined; status?: number } = {},
): Response {
  const response = jsonText(status, errorFrame(id, error));
  if (status === 401) response.headers.set("www-authenticate", "Bearer");
  return response;
}
