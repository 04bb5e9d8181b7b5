/** Settings that go wrong while the program runs: nothing opens by itself, nothing withdrawn stays. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { RecordingClient } from "../support/client.ts";
import { fakeArgs, ProgramProcess } from "../support/process.ts";
import { Folder } from "../support/folder.ts";

const tokenTable = (token: string) => {
  const sha256 = createHash("sha256").update(token).digest("hex");
  return `[[token]]\nname = "${token}"\nsha256 = "${sha256}"\nlines = "*"\n`;
};

Deno.test("an emptied or removed settings file opens nothing, and a widening is logged", async () => {
  await using folder = await Folder.make();
  const closed = `anonymous = false\n${tokenTable("one")}`;
  const config = await folder.write("tapi2ws.toml", closed);
  await using program = new ProgramProcess(fakeArgs(`--config=${config}`));
  const port = await program.port();
  const lines = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/lines`);
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await lines(), 401);
  for (const text of ["", "# nothing\n"]) {
    const before = program.log.length;
    await Deno.writeTextFile(config, text);
    await program.logged(
      new RegExp(`[^]{${before}}[^]*settings are not used: .*missing, or empty`),
    );
    assert.equal(await lines(), 401);
  }
  const before = program.log.length;
  await Deno.rename(config, `${config}.old`);
  await program.logged(new RegExp(`[^]{${before}}[^]*settings are not used: .*no such file`));
  assert.equal(await lines(), 401);
  await Deno.writeTextFile(config, tokenTable("one"));
  await program.logged(
    /The new settings give everyone more rights: rights without a token: monitor, control/,
  );
  assert.equal(await lines(), 200);
});

Deno.test("a key set that is broken keeps no withdrawn token valid", async () => {
  await using folder = await Folder.make();
  const jwks = await folder.write("keys.json", '{"keys":[]}');
  const rest = `anonymous = false\n[jwt]\njwks = "${jwks}"\n`;
  const config = await folder.write(
    "tapi2ws.toml",
    `${tokenTable("one")}${rest}`.replace(
      /^(\[\[token\]\][^]*?)(anonymous = false\n)/,
      "$2$1",
    ),
  );
  await using program = new ProgramProcess(fakeArgs(`--config=${config}`));
  const port = await program.port();
  await using client = await RecordingClient.connect(port, "/?token=one");
  await Deno.writeTextFile(jwks, "broken");
  await Deno.writeTextFile(config, rest);
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 4401);
  await program.logged(/One of the changed settings is not used: Cannot use jwt\.jwks/);
});
