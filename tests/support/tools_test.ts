import assert from "node:assert/strict";
import { hasTool } from "./tools.ts";

const tool = (command: string) => ({
  command,
  suite: "nothing (this tests the notice)",
  remedy: "install it",
});

Deno.test("a tool is found by its path, or where PATH leads", () => {
  assert(hasTool(tool(Deno.execPath())));
  assert(hasTool(tool(Deno.build.os === "windows" ? "cmd" : "sh")));
});

Deno.test("a suite whose tool is missing is left out; with CI=true that is an error", () => {
  const before = Deno.env.get("CI");
  try {
    Deno.env.delete("CI");
    assert.equal(hasTool(tool("no-such-tool")), false);
    Deno.env.set("CI", "true");
    assert.throws(
      () => hasTool(tool("no-such-tool")),
      /LEFT OUT: nothing .*, .*no-such-tool.*CI=true/,
    );
  } finally {
    if (before === undefined) Deno.env.delete("CI");
    else Deno.env.set("CI", before);
  }
});
