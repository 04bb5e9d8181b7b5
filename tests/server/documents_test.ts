/** The AsyncAPI and the OpenAPI document: valid, complete, and true of what the server answers. */
import assert from "node:assert/strict";
import asyncApiSchema from "@asyncapi/specs/schemas/3.0.0.json" with { type: "json" };
import { validate } from "@readme/openapi-parser";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { API } from "../../src/server/http/api.ts";
import { FORMS } from "../../src/server/v2/requests.ts";
import { callEvent } from "../support/events.ts";
import { startTestServer } from "../support/server.ts";

type Json = Record<string, unknown>;

async function documentOf(name: string): Promise<{ url: string; document: Json }> {
  const { server } = startTestServer();
  const url = `http://127.0.0.1:${server.port}`;
  const document = await (await fetch(`${url}/api/v2/${name}.json`)).json();
  await server.stop(1000);
  return { url, document };
}

/** Throws where a reference of a document leads nowhere. */
function assertReferences(document: Json): number {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)];
  for (const [, path = ""] of references) {
    const target = path.split("/").reduce<unknown>(
      (value, key) => (value as Json | undefined)?.[key],
      document,
    );
    assert(target !== undefined, `#/${path}`);
  }
  return references.length;
}

Deno.test("the AsyncAPI document is valid, names this server, and has every request and frame", async () => {
  const { url, document } = await documentOf("asyncapi");
  // The published schema is draft 7, with formats of its own, and brings that draft's schema along.
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
  });
  const isValid = ajv.compile(asyncApiSchema);
  assert(isValid(document), ajv.errorsText(isValid.errors));
  assert(!isValid({ ...document, asyncapi: "2.0.0" }));
  assert(assertReferences(document) > 50);
  assert.equal((document["servers"] as { tapi2ws: Json }).tapi2ws["host"], new URL(url).host);
  const operations = document["operations"] as Json;
  for (const cmd of FORMS.keys()) assert(cmd in operations, cmd);
});

Deno.test("the AsyncAPI document's schemas accept what is sent, and refuse what is not", async () => {
  const { document } = await documentOf("asyncapi");
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "asyncapi", ...document });
  const check = (name: string) => {
    const validate = ajv.getSchema(`asyncapi#/components/schemas/${name}`);
    assert(validate, name);
    return validate;
  };
  const dial = { cmd: "dial", id: 1, line: "201", number: "0123" };
  assert(check("DialCommand")(dial));
  assert(!check("DialCommand")({ ...dial, number: 123 }));
  const classic = {
    line: 201,
    state: "OFFERING",
    callId: "0x1A2B",
    callerId: "",
    calledId: "201",
    origin: "EXTERNAL",
    reason: "LINECALLREASON_$80000000",
  };
  assert(check("ClassicCall")(classic));
  assert(!check("ClassicCall")({ ...classic, state: "RINGING" }));
});

Deno.test("the OpenAPI document is valid, and has every route below /api/", async () => {
  const { url, document } = await documentOf("openapi");
  const result = await validate(
    structuredClone(document) as unknown as Parameters<typeof validate>[0],
  );
  assert(result.valid, JSON.stringify(result));
  assert(assertReferences(document) > 20);
  assert.deepEqual(document["servers"], [{ url }]);
  const paths = document["paths"] as Record<string, Json>;
  for (const [path, route] of Object.entries(API)) {
    const methods = Object.keys(route).map((method) => method.toLowerCase());
    assert.deepEqual(Object.keys(paths[path] ?? {}), methods, path);
  }
});

Deno.test("the server's answers match the OpenAPI document", async () => {
  const { bus, server } = startTestServer();
  bus.publish(callEvent({ state: "OFFERING" }, { change: "new" }));
  const origin = `http://127.0.0.1:${server.port}`;
  const document = await (await fetch(`${origin}/api/v2/openapi.json`)).json();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "openapi", ...document });
  let count = 0;
  for (const [path, operations] of Object.entries(document.paths as Record<string, Json>)) {
    if (!("get" in operations)) continue;
    const abort = new AbortController();
    const response = await fetch(origin + path, { signal: abort.signal });
    const pointer = path.replaceAll("/", "~1");
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const place = `openapi#/paths/${pointer}/get/responses/${response.status}/content/` +
      `${encodeURIComponent(type.replaceAll("/", "~1"))}/schema`;
    if (type !== "application/json") {
      abort.abort();
      continue;
    }
    const isValid = ajv.getSchema(place);
    assert(isValid, place);
    assert(isValid(await response.json()), `${path}: ${ajv.errorsText(isValid.errors)}`);
    count++;
  }
  assert(count >= 6);
  await server.stop(1000);
});
