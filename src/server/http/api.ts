/** What programs without a socket may do under /api/v2: read the state, and give a command. */
import { monitorRefusal, visibleCalls, visibleLines } from "../access/permissions.ts";
import { callObject, lineObject, resultFrame } from "../v2/frames.ts";
import { search } from "../v2/journal.ts";
import { type Answer, obey, query } from "../v2/perform.ts";
import { parseRequest, type Request as Command } from "../v2/requests.ts";
import { jsonSchema } from "../v2/schema.ts";
import { failure, json, jsonText } from "./answers.ts";
import { readBody } from "./body.ts";
import { connectedClients } from "./clients.ts";
import { eventStream } from "./event_stream.ts";
import { journalPage } from "./journal_page.ts";
import type { Route, RoutesOptions, Visit } from "./route.ts";

let schemaText: string | undefined;

export const API: Readonly<Record<string, Route>> = {
  "/api/v2/lines": {
    GET: ({ identity }, { state }) => {
      const refused = monitorRefusal(identity);
      if (refused !== undefined) return failure(refused);
      return json(200, visibleLines(identity, state).map(lineObject));
    },
  },
  "/api/v2/calls": {
    GET: ({ identity }, { state }) => {
      const refused = monitorRefusal(identity);
      if (refused !== undefined) return failure(refused);
      return json(200, visibleCalls(identity, state).map(callObject));
    },
  },
  "/api/v2/clients": { GET: connectedClients },
  "/api/v2/events": { GET: eventStream },
  "/api/v2/journal": { GET: journalPage },
  "/api/v2/commands": { POST: command },
  "/api/v2/schema.json": {
    GET: () => jsonText(200, schemaText ??= JSON.stringify(jsonSchema())),
  },
};

async function command(visit: Visit, options: RoutesOptions): Promise<Response> {
  const { request, identity } = visit;
  const body = await readBody(request, options);
  if (typeof body !== "string") return body;
  const message = parseRequest(body);
  if (message.kind === "error") {
    options.metrics?.answered("invalid", message.error.code);
    return failure(message.error, message);
  }
  const { id } = message.request;
  const answer = await answerTo(message.request);
  return answer.ok ? jsonText(200, resultFrame(id, answer.outcome)) : failure(answer.error, { id });

  async function answerTo(command: Command): Promise<Answer> {
    switch (command.cmd) {
      case "subscribe":
      case "unsubscribe":
      case "auth": {
        const message = `cmd: ${command.cmd} is for a WebSocket; over HTTP, GET /api/v2/events`;
        return { ok: false, error: { code: "bad_request", message } };
      }
      case "ping":
      case "lines":
      case "calls":
        return query(command, identity, options);
      case "journal":
        return await search(command, identity, options);
      default:
        return await obey(command, visit, options);
    }
  }
}
