/**
 * The WebSocket protocol as an AsyncAPI 3 document, made from the schemas of its frames.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
import { CALL_ORIGINS, CALL_REASONS, CALL_STATES } from "../../model/call.ts";
import { CLOSE } from "../../model/close_code.ts";
import { COMMANDS, type CommandShape } from "../../model/command.ts";
import { ERROR_CODES } from "../../model/error.ts";
import { V2_PROTOCOL } from "../sub_protocols.ts";
import { FORMS } from "./requests.ts";
import { schemasAt } from "./schema.ts";

/** Frames that the server sends in v2: by itself, and as answers. */
const SENT = ["Hello", "CallEvent", "LineEvent", "ProviderEvent", "Batch"];
const ANSWERS = ["Result", "Error"];

const TEXT = { type: "string" };
const LINE = { type: ["string", "number"], description: "The extension" };

/** Classic's messages, both ways. */
const CLASSIC: Readonly<Record<string, object>> = {
  ClassicCall: {
    type: "object",
    description: "A call state that TAPI reports",
    properties: {
      line: LINE,
      state: named("LINECALLSTATE", CALL_STATES),
      callId: { type: "string", pattern: "^0x[0-9A-F]+$" },
      callerId: TEXT,
      calledId: TEXT,
      origin: named("LINECALLORIGIN", CALL_ORIGINS),
      reason: named("LINECALLREASON", CALL_REASONS),
    },
    required: ["line", "state", "callId", "callerId", "calledId", "origin", "reason"],
    additionalProperties: false,
  },
  ClassicError: {
    type: "object",
    description: "The answer to a message that failed",
    properties: {
      error: {
        type: "object",
        properties: { code: { enum: ERROR_CODES }, message: TEXT },
        required: ["code", "message"],
      },
    },
    required: ["error"],
    additionalProperties: false,
  },
  ClassicDial: {
    type: "object",
    description: "Dials a number",
    properties: { cmd: { const: "dial" }, line: LINE, number: { type: ["string", "number"] } },
    required: ["cmd", "line", "number"],
  },
  ClassicDrop: {
    type: "object",
    description: "Hangs up every call of a line",
    properties: { cmd: { const: "drop" }, line: LINE },
    required: ["cmd", "line"],
  },
};

/** A name of TAPI, or the hex of a value that it does not define. */
function named(prefix: string, names: readonly string[]): object {
  return { type: "string", pattern: `^(?:${names.join("|")}|${prefix}_\\$[0-9A-F]+)$` };
}

/** @param url The server's own address, as the client knows it. */
export function asyncApi(url: URL, version: string): object {
  const commands = [...FORMS.keys()].map((cmd) => [cmd, messageNameOf(cmd)] as const);
  const v2 = [...SENT, ...ANSWERS, ...commands.map(([, name]) => name)];
  const schemas = { ...schemasAt("#/components/schemas", "draft-7"), ...CLASSIC };
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Tapi2Ws",
      version,
      description: "Phone calls as JSON over WebSocket. Close codes: " +
        Object.values(CLOSE).map(({ code, meaning }) => `${code}: ${meaning}`).join("; "),
      externalDocs: { url: new URL("/manual/protocol", url).href },
    },
    defaultContentType: "application/json",
    servers: {
      tapi2ws: {
        host: url.host,
        protocol: url.protocol === "https:" ? "wss" : "ws",
        security: [{ $ref: "#/components/securitySchemes/token" }],
      },
    },
    channels: {
      v2: channel(v2, {
        description: "Numbered events, resuming, every command answered. A frame is one message, " +
          "or an array of events for a subscription with batch.",
        headers: { "Sec-WebSocket-Protocol": { const: V2_PROTOCOL } },
      }),
      classic: channel(Object.keys(CLASSIC), {
        description:
          "A connection without a sub-protocol: the state of every call, and two commands.",
        query: { line: TEXT, lineType: { enum: ["number", "string"] }, site: TEXT },
      }),
    },
    operations: {
      events: operation("send", "v2", SENT, "The greeting, and events after a subscription"),
      ...Object.fromEntries(commands.map(([cmd, name]) => [cmd, {
        ...operation("receive", "v2", [name], helpOf(cmd)),
        reply: { channel: refTo("channels", "v2"), messages: inChannel("v2", ANSWERS) },
      }])),
      classicCalls: operation("send", "classic", ["ClassicCall"], "Every state of every call"),
      ...Object.fromEntries(["ClassicDial", "ClassicDrop"].map((name) => [
        name.replace(/^C/, "c"),
        {
          ...operation("receive", "classic", [name], "Answered only if it fails"),
          reply: {
            channel: refTo("channels", "classic"),
            messages: inChannel("classic", ["ClassicError"]),
          },
        },
      ])),
    },
    components: {
      schemas,
      messages: Object.fromEntries([...v2, ...Object.keys(CLASSIC)].map((name) => [name, {
        name,
        payload: refTo("components", "schemas", name),
      }])),
      securitySchemes: {
        token: {
          type: "httpApiKey",
          in: "query",
          name: "token",
          description: "A token, if the server requires one. Better: the sub-protocol " +
            "tapi2ws.token.TOKEN, or the header Authorization: Bearer TOKEN.",
        },
      },
    },
  };
}

function messageNameOf(cmd: string): string {
  return `${cmd[0]?.toUpperCase()}${cmd.slice(1)}Command`;
}

function helpOf(cmd: string): string {
  const commands: Readonly<Record<string, CommandShape>> = COMMANDS;
  return commands[cmd]?.help ?? "Answered by the server itself";
}

function channel(
  messages: readonly string[],
  { description, headers, query }: {
    readonly description: string;
    readonly headers?: object;
    readonly query?: object;
  },
): object {
  return {
    address: "/",
    description,
    messages: Object.fromEntries(
      messages.map((name) => [name, refTo("components", "messages", name)]),
    ),
    bindings: {
      ws: {
        bindingVersion: "0.1.0",
        method: "GET",
        ...headers !== undefined && { headers: { type: "object", properties: headers } },
        ...query !== undefined && { query: { type: "object", properties: query } },
      },
    },
  };
}

function operation(
  action: "send" | "receive",
  of: string,
  messages: readonly string[],
  summary: string,
): object {
  return { action, channel: refTo("channels", of), messages: inChannel(of, messages), summary };
}

function inChannel(channel: string, messages: readonly string[]): object[] {
  return messages.map((name) => refTo("channels", channel, "messages", name));
}

function refTo(...path: readonly string[]): { readonly $ref: string } {
  return { $ref: `#/${path.join("/")}` };
}
