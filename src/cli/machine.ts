/** Checks of the machine: the port, a server on it, files. */
import http from "node:http";
import https from "node:https";
import { describeError } from "../log.ts";
import { listenProblem } from "../server/net/listen_error.ts";

const PATIENCE_MS = 3000;

/** Why the program cannot listen on the port; `undefined` when it can. */
export function portProblem(host: string, port: number): string | undefined {
  try {
    Deno.listen({ hostname: host, port }).close();
    return undefined;
  } catch (error) {
    return listenProblem(error);
  }
}

/** Whether a Tapi2Ws answers on the port. */
export function answersOn(host: string, port: number, isTls: boolean): Promise<boolean> {
  const { get } = isTls ? https : http;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const request = get({
    host: host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host,
    port,
    path: "/healthz",
    timeout: PATIENCE_MS,
    agent: false,
    // Only whether it answers matters, not whose certificate it has.
    ...isTls && { rejectUnauthorized: false },
  }, async (response) => {
    let text = "";
    for await (const chunk of response) text += chunk;
    resolve(response.statusCode === 200 && text.includes('"status":"ok"'));
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => resolve(false));
  request.on("close", () => resolve(false));
  return promise;
}

/** Why the file cannot be written; `undefined` when it can. A file that did not exist is removed. */
export function writeProblem(path: string): string | undefined {
  try {
    let isThere = true;
    try {
      Deno.statSync(path);
    } catch {
      isThere = false;
    }
    Deno.openSync(path, { append: true, create: true }).close();
    if (!isThere) Deno.removeSync(path);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}
