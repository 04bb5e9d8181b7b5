/** The folders of the installed program. */
import { Registry } from "./registry.ts";
import type { Windows } from "./windows.ts";

export interface Folders {
  /** The executable: `C:\Program Files\Tapi2Ws`. */
  readonly program: string;
  /** Settings, log and journal: `C:\ProgramData\Tapi2Ws`. */
  readonly data: string;
}

const FOLDER = "Tapi2Ws";
const CURRENT_VERSION = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion";
const PROFILES = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList";

/**
 * Reads them from the registry, which only administrators can change, unlike environment variables.
 *
 * @throws WindowsError
 */
export function foldersOf(windows: Windows): Folders {
  const registry = new Registry(windows);
  const drive = windows.systemFolder.slice(0, 2);
  const folder = (key: string, name: string, otherwise: string) => {
    const value = registry.values(key).get(name);
    const path = typeof value === "string" && value !== "" ? value : `${drive}\\${otherwise}`;
    return `${path.replace(/^%SystemDrive%/i, drive)}\\${FOLDER}`;
  };
  return {
    program: folder(CURRENT_VERSION, "ProgramFilesDir", "Program Files"),
    data: folder(PROFILES, "ProgramData", "ProgramData"),
  };
}
