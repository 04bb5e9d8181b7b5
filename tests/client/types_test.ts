/** That the types say what the library and the server do; most of it is found by `deno check`. */
import assert from "node:assert/strict";
import type * as declared from "../../src/client/client.d.ts";
import * as library from "../../src/client/client.js";
import type { Party } from "../../src/model/call.ts";
import type { CommandName, CommandOutcome } from "../../src/model/command.ts";
import type { CommandError } from "../../src/model/error.ts";
import type { Forward } from "../../src/model/forward.ts";
import { ASSETS } from "../../src/server/http/assets.ts";
import type { CallObject, EventFrame, LineObject } from "../../src/server/v2/frames.ts";
import { jsonSchema } from "../../src/server/v2/schema.ts";

/** Compiles only where both types are the same to the compiler. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only where every value of the one is one of the other. */
type Fits<Given, Wanted> = Given extends Wanted ? true : false;
/** `undefined` is how the server leaves a field out: JSON has none. */
type OnWire<T> = { [Key in keyof T]-?: Exclude<T[Key], undefined> };
/** Whether the events of one type are the same on both sides. */
type SameChange<Type extends "call" | "line"> = Same<
  Extract<EventFrame, { type: Type }>["change"],
  Extract<declared.StreamEvent, { type: Type }>["change"]
>;

const proofs: true[] = [
  // What the file exports is what is declared, in both directions.
  true satisfies Fits<typeof library, typeof declared>,
  true satisfies Same<keyof typeof library, keyof typeof declared>,
  // Every command of the model has a method.
  true satisfies Same<keyof declared.Commands, CommandName | "ping">,
  true satisfies Fits<declared.MadeCall & declared.ParkedCall, CommandOutcome>,
  true satisfies Fits<OnWire<CommandOutcome>, declared.MadeCall & declared.ParkedCall>,
  // What the server sends is what a client is told it gets.
  true satisfies Same<Party, declared.Party>,
  true satisfies Same<Forward, declared.Forward>,
  true satisfies Same<OnWire<LineObject>, Required<declared.Line>>,
  true satisfies Same<keyof CallObject, keyof declared.Call>,
  true satisfies Fits<Required<declared.Call>, OnWire<CallObject>>,
  true satisfies Same<EventFrame["type"], declared.EventKind>,
  true satisfies SameChange<"call">,
  true satisfies SameChange<"line">,
  true satisfies Same<CommandError["code"], declared.ServerErrorCode>,
  true satisfies Fits<CommandError, declared.Problem>,
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

/** The types as a page's author gets them. */
async function servedTypes(): Promise<string> {
  const visit = { request: new Request("http://server/client.d.ts") };
  const answer = ASSETS["/client.d.ts"]?.GET as (visit: unknown) => Response;
  return await answer(visit).text();
}

Deno.test("the types hold, and none of them is any", async () => {
  assert(proofs.every(Boolean));
  const text = await servedTypes();
  assert.doesNotMatch(text.replaceAll(/\/\*[\s\S]*?\*\//g, ""), /\bany\b/);
});

/** As far as the schema of v2 goes. */
interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | false;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The schema as TypeScript writes it. */
function typeOf(schema: Schema): string {
  const { $ref, enum: words, pattern = "", anyOf, type, items, properties, required } = schema;
  const { additionalProperties: others } = schema;
  if ($ref !== undefined) return $ref.replace("#/$defs/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(" | ");
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" | ");
  if (properties !== undefined) {
    const members = Object.entries(properties).map(([name, member]) =>
      `readonly ${name}${required?.includes(name) ? "" : "?"}: ${typeOf(member)};`
    );
    if (others) members.push(`readonly [name: string]: ${typeOf(others)};`);
    return `{ ${members.join(" ")} }`;
  }
  if (items !== undefined) return `readonly (${typeOf(items)})[]`;
  // Names of TAPI, and the hex of values that it does not define.
  const [, names] = pattern.match(/^\^\(\?:([A-Z|]+)\|LINECALL/) ?? [];
  const [, prefix] = pattern.match(/\|(LINECALL[A-Z]+_)\\\$/) ?? [];
  if (names !== undefined) {
    return `"${names.replaceAll("|", '" | "')}" | \`${prefix}$\${string}\``;
  }
  return [type].flat().join(" | ").replaceAll("integer", "number");
}

Deno.test("the published types are those of the published schema", async () => {
  const { $defs } = jsonSchema() as { $defs: Readonly<Record<string, Schema>> };
  const names = ["Party", "Call", "Line", "Identity", "CallEvent", "LineEvent", "ProviderEvent"];
  const proof = `import type * as declared from "./client.d.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
${names.map((name) => `type ${name} = ${typeOf($defs[name] ?? {})};`).join("\n")}
${names.map((name) => `true satisfies Same<${name}, declared.${name}>;`).join("\n")}
`;
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-types-" });
  try {
    await Deno.writeTextFile(`${folder}/client.d.ts`, await servedTypes());
    await Deno.writeTextFile(`${folder}/proof.ts`, proof);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-config", "--no-lock", `${folder}/proof.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, `${proof}\n${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
