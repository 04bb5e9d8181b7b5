/**
 * The HTTP side as an OpenAPI 3.1 document, made from the schemas of the frames.
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */
import { DIALECTS, DIRECTORY_STATUSES, SITE_STATES } from "../../bus/ports.ts";
import { DIRECTIONS } from "../../model/call.ts";
import { type ErrorCode, ERRORS } from "../../model/error.ts";
import { EVENT_KINDS } from "../../model/event.ts";
import { LINE_STATUSES } from "../../model/line.ts";
import { schemasAt } from "../v2/schema.ts";

const SCHEMAS = "#/components/schemas";

type Schema = Readonly<Record<string, unknown>>;
interface Parameter {
  readonly name: string;
  readonly schema: Schema;
  readonly description: string;
}
interface Operation {
  readonly summary: string;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
  readonly security?: readonly object[];
}

const TEXT: Schema = { type: "string" };
const TIME: Schema = { type: "string", format: "date-time" };
const COUNT: Schema = { type: "integer", minimum: 0 };
const NUMBER_OR_NULL: Schema = { type: ["number", "null"] };
const to = (name: string): Schema => ({ $ref: `${SCHEMAS}/${name}` });
const listOf = (items: Schema): Schema => ({ type: "array", items });
function shape(properties: Readonly<Record<string, Schema>>, ...optional: string[]): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

/** The answers over HTTP that are not frames. */
const OWN_SCHEMAS: Readonly<Record<string, Schema>> = {
  Client: shape({
    id: COUNT,
    name: { ...TEXT, description: "The name of the identity" },
    address: TEXT,
    dialect: { enum: DIALECTS },
    lines: { type: ["array", "null"], items: TEXT, description: "null: every line" },
    unsentBytes: COUNT,
    connectedAt: TIME,
  }),
  Health: shape({ status: { const: "ok" }, version: TEXT, uptimeSeconds: COUNT }),
  Readiness: shape(
    {
      provider: { enum: ["up", "down"] },
      lines: shape({ open: COUNT, closed: COUNT, failed: COUNT, outOfService: COUNT }),
      lastMessageAgeSeconds: NUMBER_OR_NULL,
      lastProbeAgeSeconds: NUMBER_OR_NULL,
      silentForSeconds: NUMBER_OR_NULL,
      troubles: listOf(
        shape({ line: TEXT, status: { enum: LINE_STATUSES }, error: TEXT }, "error"),
      ),
      hanging: listOf(shape({ fn: TEXT, line: TEXT, forSeconds: { type: "number" } }, "line")),
      directory: listOf(
        shape({ source: TEXT, status: { enum: DIRECTORY_STATUSES }, error: TEXT }, "error"),
      ),
      nats: shape(
        {
          connected: { type: "boolean" },
          waitingEvents: { type: ["integer", "null"] },
          problem: TEXT,
          missingEvents: COUNT,
          gaps: COUNT,
          sites: listOf(shape({ site: TEXT, state: { enum: SITE_STATES } })),
        },
        "waitingEvents",
        "problem",
        "missingEvents",
        "gaps",
        "sites",
      ),
    },
    "directory",
    "nats",
  ),
};

const LINE_PARAMETER: Parameter = {
  name: "line",
  schema: listOf(TEXT),
  description: "An extension or a permanent id; can be repeated",
};

/** @param url The server's own address, as the client knows it. */
export function openApi(url: URL, version: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tapi2Ws",
      version,
      description: "State, events, commands and finished calls over HTTP.",
    },
    externalDocs: { url: new URL("/manual/http-and-sse", url).href },
    servers: [{ url: url.origin }],
    security: [{ token: [] }, {}],
    paths: PATHS,
    components: {
      schemas: { ...schemasAt(SCHEMAS, "draft-2020-12"), ...OWN_SCHEMAS },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

const PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/api/v2/lines": { get: read("lines", "Lists the lines", listOf(to("Line"))) },
  "/api/v2/calls": { get: read("calls", "Lists the live calls", listOf(to("Call"))) },
  "/api/v2/clients": {
    get: read("clients", "Lists the connected clients", listOf(to("Client"))),
  },
  "/api/v2/events": {
    get: read("events", "Streams events as Server-Sent Events", TEXT, {
      type: "text/event-stream",
      parameters: [
        LINE_PARAMETER,
        { name: "events", schema: listOf({ enum: EVENT_KINDS }), description: "Kinds of events" },
        { name: "lastEventId", schema: TEXT, description: "Resumes after the event with this id" },
      ],
    }),
  },
  "/api/v2/journal": {
    get: read("journal", "Searches finished calls, newest first", to("JournalPage"), {
      errors: ["bad_request", "not_supported", "rate_limited"],
      parameters: [
        LINE_PARAMETER,
        { name: "from", schema: TIME, description: "Calls that ended at this time or later" },
        { name: "to", schema: TIME, description: "Calls that ended before this time" },
        { name: "direction", schema: { enum: DIRECTIONS }, description: "The direction" },
        {
          name: "missed",
          schema: { type: "boolean" },
          description: "Missed calls only, or all others only",
        },
        {
          name: "number",
          schema: TEXT,
          description: "The first or last digits of any party's number",
        },
        { name: "name", schema: TEXT, description: "A part of any party's name or company" },
        {
          name: "limit",
          schema: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
          description: "Entries per page",
        },
        { name: "cursor", schema: TEXT, description: "The member next of the page before" },
        {
          name: "chain",
          schema: { type: "integer", minimum: 1 },
          description: "An entry's id: returns the entries of its way through transfers",
        },
        { name: "format", schema: { enum: ["json", "csv"] }, description: "The format" },
      ],
    }),
  },
  "/api/v2/commands": {
    post: {
      ...read("commands", "Executes one command", to("Result"), {
        errors: Object.keys(ERRORS) as ErrorCode[],
      }),
      requestBody: {
        required: true,
        content: { "application/json": { schema: to("ClientFrame") } },
      },
    },
  },
  ...Object.fromEntries(
    ([
      ["schema", "JSON Schema of every v2 frame"],
      ["asyncapi", "AsyncAPI document of the WebSocket protocol"],
      ["openapi", "This document"],
    ] as const).map(([name, what]) => [
      `/api/v2/${name}.json`,
      { get: open(name, `Returns the ${what}`, { type: "object" }) },
    ]),
  ),
  "/healthz": { get: open("healthz", "Reports that the process serves", to("Health")) },
  "/readyz": {
    get: withStatus(
      open("readyz", "Reports whether TAPI is up and a line is open", to("Readiness")),
      "503",
      "TAPI is down, or no line is open",
      to("Readiness"),
    ),
  },
  "/metrics": {
    get: read("metrics", "Returns the metrics for Prometheus", TEXT, { type: "text/plain" }),
  },
};

/** A request that needs the right to monitor. */
function read(
  operationId: string,
  summary: string,
  schema: Schema,
  { type = "application/json", parameters = [], errors = [] }: {
    readonly type?: string;
    readonly parameters?: readonly Parameter[];
    readonly errors?: readonly ErrorCode[];
  } = {},
): Operation {
  const codes = Map.groupBy(
    new Set<ErrorCode>(["unauthorized", "not_permitted", ...errors]),
    (code) => ERRORS[code].httpStatus,
  );
  return {
    operationId,
    summary,
    tags: ["api"],
    parameters: parameters.map((parameter) => ({ in: "query", ...parameter })),
    responses: {
      "200": response("Success", schema, type),
      ...Object.fromEntries(
        [...codes].map((
          [status, names],
        ) => [String(status), response(names.join(", "), to("Error"))]),
      ),
    },
  };
}

/** A request that needs no right. */
function open(operationId: string, summary: string, schema: Schema): Operation {
  const responses = { "200": response("Success", schema) };
  return { operationId, summary, tags: ["open"], security: [{}], responses };
}

function withStatus(
  operation: Operation,
  status: string,
  description: string,
  schema: Schema,
): Operation {
  const responses = { ...operation.responses, [status]: response(description, schema) };
  return { ...operation, responses };
}

function response(description: string, schema: Schema, type = "application/json"): object {
  return { description, content: { [type]: { schema } } };
}
