/** Reads a request's body: JSON only, up to a size and within a time. */
import { type Clock, sleep } from "../../clock.ts";
import { failure, text } from "./answers.ts";

interface BodyOptions {
  readonly clock: Clock;
  readonly limits: { readonly messageBytes: number; readonly requestSeconds: number };
}

/**
 * The text of a JSON request, or the response if it cannot be read. Another content type is refused,
 * because a form of any web site could send it.
 */
export async function readBody(
  request: Request,
  { clock, limits: { messageBytes, requestSeconds } }: BodyOptions,
): Promise<string | Response> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    const message = "expected the content-type application/json";
    return failure({ code: "bad_request", message }, { status: 415 });
  }
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const arrived = new AbortController();
  const late = sleep(clock, requestSeconds * 1000, arrived.signal).then(() => "late" as const);
  // There is nothing to cancel on a broken connection.
  const giveUp = () => void reader.cancel().catch(() => {});
  const decoder = new TextDecoder();
  let bytes = 0;
  let body = "";
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), late]);
      if (read === "late") {
        giveUp();
        return text(408, `The request did not arrive within ${requestSeconds} s\n`);
      }
      if (read.done) return body + decoder.decode();
      bytes += read.value.length;
      if (bytes > messageBytes) {
        giveUp();
        return failure({ code: "too_large", message: `expected at most ${messageBytes} bytes` });
      }
      body += decoder.decode(read.value, { stream: true });
    }
  } catch {
    // The client has left; nobody reads this.
    return text(400, "The request broke off\n");
  } finally {
    arrived.abort();
  }
}
