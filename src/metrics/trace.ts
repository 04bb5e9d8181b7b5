/** Spans of commands, from the frame to TAPI's LINE_REPLY, if the runtime exports telemetry. */
import { ProxyTracerProvider, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { CommandPort } from "../bus/ports.ts";
import type { Command, CommandResult } from "../model/command.ts";

/**
 * The port with a span for each command; the port itself if the runtime exports no telemetry. A span
 * has no line and no number.
 */
export function traced(commands: CommandPort, version: string): CommandPort {
  // The package's own provider stands in until a runtime registers another.
  if (trace.getTracerProvider() instanceof ProxyTracerProvider) return commands;
  const tracer = trace.getTracer("tapi2ws", version);
  return {
    lineOf: (call) => commands.lineOf(call),
    execute: (command, by) =>
      tracer.startActiveSpan(
        `command ${command.cmd}`,
        (span) => run(() => commands.execute(command, by), command, span),
      ),
  };
}

async function run(
  execute: () => Promise<CommandResult>,
  command: Command,
  span: Span,
): Promise<CommandResult> {
  const result = await execute();
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
