/** What deno.json's task `compile` says: the one place that names the executable's permissions. */
import denoJson from "../../deno.json" with { type: "json" };

/** The words of its command, without quotes. */
export const COMPILE_WORDS: readonly string[] = [
  ...denoJson.tasks.compile.command.matchAll(/'([^']*)'|(\S+)/g),
].map(([, quoted, bare]) => quoted ?? bare ?? "");

/** The flags of them that permit or forbid: what the executable may do. */
export const PERMISSION_FLAGS: readonly string[] = COMPILE_WORDS.filter((word) =>
  /^--(allow|deny|ignore|no-prompt)/.test(word)
);
