/** Reads what a request carries: JSON only, and not too much of it. */
import { failure } from "./answers.ts";

const MOST_BYTES = 64 * 1024;

/**
 * The text of a JSON request, or the answer to one that cannot be read. Another content type is
 * refused, because a form of any web site could send it.
 */
export async function readBody(request: Request): Promise<string | Response> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    const message = "expected the content-type application/json";
    return failure({ code: "bad_request", message }, { status: 415 });
  }
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      return failure({ code: "too_large", message: `expected at most ${MOST_BYTES} bytes` });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
