/** The dependencies of commands, and how they end. */
import type { Flags, Settings } from "../settings/settings.ts";
import type { Windows } from "../windows/windows.ts";
import type { Lifecycle } from "./run.ts";

/** The dependencies of a command. */
export interface Invocation {
  /** The word after the command; "" for commands that take none. */
  readonly operand: string;
  readonly flags: Flags;
  /** Reads the settings, again with every call. @throws SettingsError */
  readonly readSettings: (before?: Settings) => Settings;
  readonly lifecycle: Lifecycle;
  /** `undefined` on other systems. */
  readonly windows: Windows | undefined;
}

/** How a command ended. */
export interface Outcome {
  /** For standard output. */
  readonly text?: string;
  readonly exitCode: 0 | 1;
}
