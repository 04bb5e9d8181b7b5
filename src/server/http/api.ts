/** /api/v2: the state, the journal, events and commands for programs without a WebSocket. */
import { onlyVisible } from "../access/permissions.ts";
import { execute } from "../commands.ts";
import { asyncApi } from "../v2/asyncapi.ts";
import { queryJournal, queryNumber, queryState } from "../v2/queries.ts";
import { parseMessage } from "../v2/requests.ts";
import { jsonSchema } from "../v2/schema.ts";
import { answerResponse, failure, json, jsonText } from "./answers.ts";
import { readBody } from "./body.ts";
import { connectedClients } from "./clients.ts";
import { eventStream } from "./event_stream.ts";
import { journalPage } from "./journal_page.ts";
import { openApi } from "./openapi.ts";
import { monitored, readerOf, type Route, type RouteContext, type Visit } from "./route.ts";

let schemaText: string | undefined;

export const API: Readonly<Record<string, Route>> = {
  "/api/v2/lines": {
    GET: monitored(({ identity }, { state }) => json(200, onlyVisible(identity, state.lines()))),
  },
  "/api/v2/calls": {
    GET: monitored(({ identity }, { state, encoder }) =>
      json(200, encoder.callObjects(onlyVisible(identity, state.calls())))
    ),
  },
  "/api/v2/clients": { GET: monitored(connectedClients) },
  "/api/v2/events": { GET: monitored(eventStream) },
  "/api/v2/journal": { GET: journalPage },
  "/api/v2/commands": { POST: postCommand },
  "/api/v2/schema.json": {
    GET: () => jsonText(200, schemaText ??= JSON.stringify(jsonSchema())),
  },
  "/api/v2/asyncapi.json": { GET: ({ url }, { version }) => json(200, asyncApi(url, version)) },
  "/api/v2/openapi.json": { GET: ({ url }, { version }) => json(200, openApi(url, version)) },
};

/** Answers a command, or a request that is not about a connection. */
async function postCommand(visit: Visit, context: RouteContext): Promise<Response> {
  const { request, identity } = visit;
  const body = await readBody(request, context);
  if (typeof body !== "string") return body;
  const message = parseMessage(body);
  const { id } = message;
  if (message.kind === "error") {
    context.metrics?.answered("invalid", message.error.code);
    return failure(message.error, { id });
  }
  if (message.kind === "command") {
    return answerResponse(id, await execute(message.command, visit, context));
  }
  const { request: asked } = message;
  switch (asked.cmd) {
    case "subscribe":
    case "unsubscribe":
    case "auth": {
      const text = `cmd: ${asked.cmd} is for a WebSocket; over HTTP, GET /api/v2/events`;
      return failure({ code: "bad_request", message: text }, { id });
    }
    case "journal":
      return answerResponse(id, await queryJournal(asked, readerOf(visit), context));
    case "number":
      return answerResponse(id, await queryNumber(asked, identity, context));
    default:
      return answerResponse(id, queryState(asked, identity, context));
  }
}
