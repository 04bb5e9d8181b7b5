/** The doctor's check of the directory: whether each source answers. */
import { systemClock } from "../clock.ts";
import { openDirectory } from "../directory/open.ts";
import type { Settings } from "../settings/settings.ts";
import { type Finding, fine, wrong } from "./findings.ts";

export async function checkDirectory({ directory: settings }: Settings): Promise<Finding[]> {
  const directory = openDirectory(settings, { clock: systemClock });
  if (directory === undefined) return [];
  try {
    return (await directory.check()).map(({ source, message, error }) => {
      const about = `directory ${source}`;
      return error === undefined
        ? fine(about, message)
        : wrong(about, error, "Correct the source in the settings file, or what it names.");
    });
  } finally {
    directory.close();
  }
}
