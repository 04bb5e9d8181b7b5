/** Settings for tests: the program's own defaults on a free port of the loopback address. */
import { readCommandLine } from "../../src/cli/command_line.ts";
import { readSettings, type Settings, type SettingsSources } from "../../src/settings/settings.ts";

/** A machine on which nothing is set. */
export const NOTHING_SET: SettingsSources = {
  env: () => undefined,
  os: "windows",
  tapiLibrary: "C:\\Windows\\System32\\tapi32.dll",
  dataFile: () => undefined,
  isInstalled: false,
  readTextFile: () => undefined,
};

/** The settings that `args` make. */
export function settingsOf(...args: string[]): Settings {
  return settingsWith("", ...args);
}

/** The settings that a file, TOML, and `args` make. */
export function settingsWith(file: string, ...args: string[]): Settings {
  const fake = ["--provider", "fake", "--host", "127.0.0.1", "--port", "0"];
  const { flags } = readCommandLine([...fake, "--config", "test.toml", ...args]);
  return readSettings(flags, { ...NOTHING_SET, readTextFile: () => file });
}

/** The settings that a file on a Windows server makes. @param readOther Reads files that it names. */
export function settingsOfFile(
  text: string,
  readOther: (path: string) => string | undefined = () => undefined,
): Settings {
  return readSettings(new Map(), {
    ...NOTHING_SET,
    dataFile: (name) => name,
    readTextFile: (path) => path === "tapi2ws.toml" ? text : readOther(path),
  });
}
