/** Spans of commands, from the frame to TAPI's LINE_REPLY, where the runtime exports telemetry. */
import { type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { CommandPort } from "../bus/ports.ts";
import type { Command, CommandResult } from "../model/command.ts";

/** The same port, of which each command is a span. A span names no line and no number. */
export function traced(commands: CommandPort, version: string): CommandPort {
  const tracer = trace.getTracer("tapi2ws", version);
  return {
    execute: (command: Command): Promise<CommandResult> =>
      tracer.startActiveSpan(`command ${command.cmd}`, (span) => run(commands, command, span)),
  };
}

async function run(commands: CommandPort, command: Command, span: Span): Promise<CommandResult> {
  const result = await commands.execute(command);
  span.setAttribute("tapi2ws.cmd", command.cmd);
  span.setAttribute("tapi2ws.result", result.ok ? "ok" : result.error.code);
  if (!result.ok) {
    const { code, tapi } = result.error;
    if (tapi !== undefined) span.setAttribute("tapi2ws.tapi_error", tapi.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  }
  span.end();
  return result;
}
