/** A web service as a source: what is asked, and answers of every kind, over real HTTP. */
import assert from "node:assert/strict";
import { HttpFinder } from "../../src/directory/http.ts";
import type { HttpSourceSettings } from "../../src/settings/directory.ts";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import { Folder } from "../support/folder.ts";
import { number } from "../support/directory.ts";
import { within } from "../support/patience.ts";

const FIELDS = { results: "", name: "name", company: "company", url: "url", id: "id" };
const ADA = "+441632960001";

/** A service that answers with `handler`; the URLs and headers that it was asked with. */
function serve(handler: (request: Request) => Response | Promise<Response>) {
  const asked: { readonly url: string; readonly authorization: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push({ url: request.url, authorization: request.headers.get("authorization") });
    return handler(request);
  });
  const open = (settings: Partial<HttpSourceSettings> = {}, path = "/find?number={e164}") =>
    new HttpFinder({
      type: "http",
      name: "crm",
      url: `http://127.0.0.1:${server.addr.port}${path}`,
      headers: {},
      fields: FIELDS,
      ...settings,
    });
  return { asked, server, open, [Symbol.asyncDispose]: () => server.shutdown() };
}

const forEver = () => new AbortController().signal;

Deno.test("the number is asked for, escaped, with the headers that are set", async () => {
  await using crm = serve(() =>
    Response.json({ name: "Ada", id: 17, url: "https://crm.example/17" })
  );
  using finder = disposable(crm.open({ headers: { authorization: "Bearer secret" } }));
  assert.deepEqual(await finder.find(number(ADA), forEver()), [
    { name: "Ada", company: "", id: "17", url: "https://crm.example/17", source: "crm" },
  ]);
  const [request] = crm.asked;
  assert.equal(new URL(request!.url).search, "?number=%2B441632960001");
  assert.equal(request!.authorization, "Bearer secret");
});

Deno.test("text that a driver reports as a number stays in its place in the URL", async () => {
  await using crm = serve(() => new Response(null, { status: 404 }));
  using finder = disposable(crm.open({}, "/people/{number}/card?digits={digits}"));
  for (const evil of ["../../admin?x=", "#&digits=1", "%2e%2e/", "\r\nx: y", "{e164}"]) {
    assert.deepEqual(await finder.find({ number: evil }, forEver()), []);
    const { pathname, searchParams } = new URL(crm.asked.at(-1)!.url);
    assert.match(pathname, /^\/people\/[^/]+\/card$/);
    assert.deepEqual([...searchParams.keys()], ["digits"]);
  }
});

Deno.test("entries lie where it is set; those without a name or company do not count", async () => {
  const people = [
    { contact: { full: "Ada" }, org: "Example", links: ["https://crm.example/1"] },
    { contact: { full: "" } },
    "nonsense",
    null,
    { contact: { full: "Bob\u0007\n" }, links: ["javascript:alert(1)"] },
  ];
  await using crm = serve(() => Response.json({ data: { people } }));
  const fields = {
    results: "data.people",
    name: "contact.full",
    company: "org",
    url: "links.0",
    id: "constructor.name",
  };
  using finder = disposable(crm.open({ fields }));
  assert.deepEqual(await finder.find(number(ADA), forEver()), [
    { name: "Ada", company: "Example", url: "https://crm.example/1", source: "crm" },
    { name: "Bob", company: "", source: "crm" },
  ]);
});

Deno.test("404, 204, an empty list and null mean nobody", async () => {
  const answers = [
    new Response("no", { status: 404 }),
    new Response(null, { status: 204 }),
    Response.json([]),
    Response.json(null),
  ];
  await using crm = serve(() => answers.shift()!);
  using finder = disposable(crm.open());
  while (answers.length > 0) assert.deepEqual(await finder.find(number(ADA), forEver()), []);
});

Deno.test("anything else is a failure, whose message has no number", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(64 * 1024)) }),
    );
  const answers: [() => Response, RegExp][] = [
    [() => new Response("", { status: 500 }), /it answers with status 500/],
    [() => new Response("<html>", { status: 200 }), /its answer is not JSON/],
    [endless, /its answer has more than 262144 bytes/],
    // Neither the secret nor the number goes where a server sends it.
    [() => Response.redirect("http://192.0.2.1/", 302), /it answers with status 302/],
  ];
  for (const [answer, problem] of answers) {
    await using crm = serve(answer);
    using finder = disposable(crm.open());
    await assert.rejects(finder.find(number(ADA), forEver()), problem);
    assert.equal(crm.asked.length, 1);
  }
  const gone = serve(() => new Response());
  using finder = disposable(gone.open());
  await gone.server.shutdown();
  await assert.rejects(finder.find(number(ADA), forEver()), { message: "it cannot be reached" });
});

Deno.test({
  name:
    "a service with a certificate of one's own is asked where its authority is set, and only there",
  ignore: !hasOpenSsl,
  async fn() {
    await using folder = await Folder.make();
    const { root, cert, key } = await makeCertificate("crm");
    const ca = await folder.write("root.pem", root);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
      () => Response.json({ name: "Ada" }),
    );
    const open = (more: Partial<HttpSourceSettings>) =>
      disposable(
        new HttpFinder({
          type: "http",
          name: "crm",
          url: `https://127.0.0.1:${server.addr.port}/{e164}`,
          headers: {},
          fields: FIELDS,
          ...more,
        }),
      );
    using trusting = open({ ca });
    assert.equal((await trusting.find(number(ADA), forEver()))[0]?.name, "Ada");
    using strict = open({});
    await assert.rejects(strict.find(number(ADA), forEver()), /it cannot be reached/);
    using wrong = open({ ca: folder.at("none.pem") });
    await assert.rejects(
      wrong.find(number(ADA), forEver()),
      /certificate authority cannot be used/,
    );
    await folder.write("none.pem", root);
    assert.equal((await wrong.find(number(ADA), forEver()))[0]?.name, "Ada", "the file came later");
  },
});

Deno.test("a service that hangs, at its answer's beginning or in its middle, is let go", async () => {
  for (const beginning of ["", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"name":']) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${listener.addr.port}/{e164}`;
    using finder = disposable(
      new HttpFinder({ type: "http", name: "crm", url, headers: {}, fields: FIELDS }),
    );
    const late = new AbortController();
    const rejected = assert.rejects(
      finder.find(number(ADA), late.signal),
      /it cannot be reached|its answer breaks off/,
    );
    using connection = await listener.accept();
    const buffer = new Uint8Array(1000);
    await connection.read(buffer);
    await connection.write(new TextEncoder().encode(beginning));
    late.abort();
    await rejected;
    // The client leaves.
    await within(connection.read(buffer).catch(() => null), () => "the end of the connection");
  }
});

function disposable(finder: HttpFinder): HttpFinder & Disposable {
  return Object.assign(finder, { [Symbol.dispose]: () => finder.close() });
}
