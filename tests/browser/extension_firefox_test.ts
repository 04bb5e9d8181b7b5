/** The browser extension in Firefox, which takes the same file. */
import { Folder } from "../support/folder.ts";
import { FakeExchange } from "../support/process.ts";
import { firefoxTest } from "./firefox.ts";
import { unpackExtension } from "./installed_extension.ts";
import { connectionOf } from "./unwatched.ts";

firefoxTest("the extension is accepted, and connects for its line", async (firefox) => {
  await using program = await FakeExchange.start();
  await using folder = await Folder.make();
  await unpackExtension(folder, program.port, { extension: "201" });
  await firefox.install(folder.path);
  await connectionOf("201", program.port);
});
