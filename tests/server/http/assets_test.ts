import assert from "node:assert/strict";
import { startTestServer } from "../../support/server.ts";

const LIBRARY = new URL("../../../src/client/", import.meta.url);

Deno.test("the client library is served as it stands in the sources, for pages of every origin", async () => {
  const { server } = startTestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  for (
    const [file, type] of [["client.js", "text/javascript"], [
      "client.d.ts",
      "application/typescript",
    ]]
  ) {
    const response = await fetch(`${origin}/${file}`);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), await Deno.readTextFile(new URL(`${file}`, LIBRARY)));
    const { headers } = response;
    assert.equal(headers.get("content-type"), `${type}; charset=utf-8`);
    assert.equal(headers.get("access-control-allow-origin"), "*");
    assert.equal(headers.get("cache-control"), "no-cache");
    const etag = headers.get("etag") ?? "";
    assert.match(etag, /^"[\w-]{20,}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await fetch(`${origin}/${file}`, { headers: { "if-none-match": known } });
      assert.equal(again.status, 304, known);
      assert.equal(await again.text(), "");
      assert.equal(again.headers.get("etag"), etag);
      assert.equal(again.headers.get("access-control-allow-origin"), "*");
    }
    const other = await fetch(`${origin}/${file}`, { headers: { "if-none-match": '"other"' } });
    assert.equal(other.status, 200);
    await other.body?.cancel();
    const head = await fetch(`${origin}/${file}`, { method: "HEAD" });
    assert.deepEqual([head.headers.get("etag"), await head.text()], [etag, ""]);
  }
  const library = await fetch(`${origin}/client.js`, { method: "HEAD" });
  assert.equal(library.headers.get("x-typescript-types"), "/client.d.ts");
  await server.stop(1000);
});

Deno.test("Deno imports the library from the server, with its types", async () => {
  const { server } = startTestServer();
  const url = `http://127.0.0.1:${server.port}/client.js`;
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-import-" });
  const check = async (text: string) => {
    await Deno.writeTextFile(`${folder}/page.ts`, text);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "--no-config",
        "--no-lock",
        "--reload",
        `--allow-import=127.0.0.1:${server.port}`,
        "page.ts",
      ],
      cwd: folder,
      env: { NO_COLOR: "1", DENO_DIR: `${folder}/cache` },
    }).output();
    return { success, log: new TextDecoder().decode(stderr) };
  };
  try {
    const use = `import { connect } from "${url}";\nconst client = connect("ws://server/");\n`;
    const right = await check(
      `${use}const line: string | undefined = client.calls.get(1)?.line;\nvoid line;`,
    );
    assert(right.success, right.log);
    const wrong = await check(`${use}client.on("calls", () => {});`);
    assert.match(wrong.log, /"calls"/);
    assert(!wrong.success);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await server.stop(1000);
  }
});
