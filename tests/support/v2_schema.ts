/** The published JSON Schema of v2, as an independent validator applies it. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { jsonSchema } from "../../src/server/v2/schema.ts";

const OPTIONS = {
  strict: true,
  allowUnionTypes: true,
  // The schema has the pattern of a time beside its format.
  formats: { "date-time": true },
} as const;

/** Compiles a schema; throws if it is not one. */
export function validatorOf(schema: object): (value: unknown) => boolean {
  const validate = new Ajv2020(OPTIONS).compile(schema);
  return (value) => validate(value);
}

const ajv = new Ajv2020(OPTIONS);
ajv.addSchema(jsonSchema(), "v2");

/** Throws if a value is not what the schema calls by this name. */
export function assertValid(name: string, value: unknown): void {
  const validate = ajv.getSchema(`v2#/$defs/${name}`);
  if (validate === undefined) throw new TypeError(`The schema has no ${name}`);
  if (validate(value)) return;
  const problems = ajv.errorsText(validate.errors, { separator: "\n" });
  throw new Error(`Not a ${name}: ${JSON.stringify(value)}\n${problems}`);
}

/** Reads a frame that the server has sent; throws if it is not valid. */
export function readServerFrame(text: string): unknown {
  const frame: unknown = JSON.parse(text);
  assertValid("ServerFrame", frame);
  return frame;
}
