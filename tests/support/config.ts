/** Settings for tests: the program's own defaults on a free port of the loopback address. */
import { type Config, readInvocation } from "../../src/settings/settings.ts";

/** The settings that `args` make. */
export function configOf(...args: string[]): Config {
  const invocation = readInvocation({
    args: ["--provider", "fake", "--host", "127.0.0.1", "--port", "0", ...args],
    env: () => undefined,
    os: "linux",
    defaultFile: undefined,
    readTextFile: () => undefined,
  });
  if (invocation.kind !== "run") throw new TypeError("the arguments ask for no run");
  return invocation.config;
}
