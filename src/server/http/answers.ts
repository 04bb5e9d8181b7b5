/** HTTP responses: texts, JSON, and errors with their status. */
import { type CommandError, ERRORS } from "../../model/error.ts";
import { type Answer, errorFrame, resultFrame } from "../v2/frames.ts";
import type { RequestId } from "../v2/requests.ts";

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

/** @param body JSON. */
export function jsonText(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}

/** An error frame, with the error's own status unless another one is given. */
export function failure(
  error: CommandError,
  { id, status = ERRORS[error.code].httpStatus }: {
    readonly id?: RequestId | undefined;
    readonly status?: number;
  } = {},
): Response {
  const response = jsonText(status, errorFrame(id, error));
  if (status === 401) response.headers.set("www-authenticate", "Bearer");
  return response;
}

/** A result frame, or an error frame. */
export function answerResponse(id: RequestId | undefined, answer: Answer): Response {
  return answer.ok ? jsonText(200, resultFrame(id, answer.outcome)) : failure(answer.error, { id });
}
