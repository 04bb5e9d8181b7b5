/** That the types say what the library and the server do; most of it is found by `deno check`. */
import assert from "node:assert/strict";
import type { Call } from "../../src/model/call.ts";
import type { CALL_COMMANDS, LINE_COMMANDS } from "../../src/model/command.ts";
import type { ErrorCode } from "../../src/model/error.ts";
import type * as declared from "../../src/client/client.d.ts";
import * as library from "../../src/client/client.js";
import type { CallObject, EventFrame, LineObject } from "../../src/server/v2/frames.ts";

/** Compiles only where both types are the same to the compiler. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only where every value of the one is one of the other. */
type Fits<Given, Wanted> = Given extends Wanted ? true : false;
/** `undefined` is how the server leaves a field out: JSON has none. */
type OnWire<T> = { [Key in keyof T]-?: Exclude<T[Key], undefined> };

const proofs: true[] = [
  // What the file exports is what is declared, in both directions.
  true satisfies Fits<typeof library, typeof declared>,
  true satisfies Same<keyof typeof library, keyof typeof declared>,
  // What the server sends is what a client is told it gets. States are checked against the bus.
  true satisfies Same<keyof CallObject, keyof declared.Call>,
  true satisfies Same<keyof LineObject, keyof declared.Line>,
  true satisfies Fits<OnWire<LineObject>, Required<declared.Line>>,
  true satisfies Fits<Call["state"], declared.CallState>,
  true satisfies Fits<Call["origin"], declared.CallOrigin>,
  true satisfies Fits<Call["reason"], declared.CallReason>,
  true satisfies Fits<
    OnWire<CallObject>,
    Required<Omit<declared.Call, "state" | "origin" | "reason">>
  >,
  true satisfies Same<EventFrame["type"], declared.EventKind>,
  true satisfies Same<
    Extract<EventFrame, { type: "line" }>["change"],
    declared.LineEvent["change"]
  >,
  true satisfies Same<
    Extract<EventFrame, { type: "call" }>["change"],
    declared.CallEvent["change"]
  >,
  true satisfies Same<ErrorCode, declared.ServerErrorCode>,
  true satisfies Same<typeof CALL_COMMANDS[number], declared.CallAbility>,
  true satisfies Same<typeof LINE_COMMANDS[number], declared.LineAbility>,
  // An event's type tells what it carries.
  true satisfies Same<
    Extract<declared.StreamEvent, { type: "call" }>["call"],
    declared.Call
  >,
  true satisfies Same<declared.ClientEvents["ring"], declared.Call>,
  // The global WebSocket is one that the library takes.
  true satisfies Fits<typeof WebSocket, declared.WebSocketConstructor>,
];

/** What a page's author must not be able to write; each is an error, or the file does not compile. */
export function mistakes(client: declared.Client): void {
  // @ts-expect-error: no such event
  client.on("calls", () => {});
  // @ts-expect-error: a line is no target: a number may be a call or a line
  client.drop(201);
  // @ts-expect-error: the state is read only
  client.calls.clear();
  // @ts-expect-error: dialling needs a number to dial
  client.dial(201);
  // @ts-expect-error: a consultation is completed in one of two ways
  client.complete(201, "both");
  // @ts-expect-error: what rings is a call, which has no frame's type
  client.on("ring", (event) => event.type);
}

Deno.test("the types hold, and none of them is any", async () => {
  assert(proofs.every(Boolean));
  const text = await Deno.readTextFile(new URL("../../src/client/client.d.ts", import.meta.url));
  assert.doesNotMatch(text.replaceAll(/\/\*[\s\S]*?\*\//g, ""), /\bany\b/);
});
