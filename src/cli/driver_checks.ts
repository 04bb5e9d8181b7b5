/** The doctor's checks of TAPI drivers: which are installed, and the known traps of some. */
import type { Line } from "../model/line.ts";
import { builtAtMs, HEADER_BYTES } from "../windows/portable_executable.ts";
import { type Finding, fine, note, wrong } from "./findings.ts";
import { startOfFile } from "./machine.ts";

export const INSTALL_DRIVER = "Install and set up the phone system's TAPI driver (TSP), 64-bit.";

/** Windows 8 and Server 2012: the first whose TAPI needs all 64 bits of what drivers report. */
const FIRST_BUILD_WITH_POINTERS = 9200;
const FIRST_SAFE_MS = Date.UTC(2012, 0);
/** Earlier times are no times: some linkers write a number of another kind. */
const FIRST_TSP_MS = Date.UTC(1996, 0);
/** The drivers of Windows itself, whose header has a hash in place of the time. */
const OF_WINDOWS = ["unimdm.tsp", "kmddsp.tsp", "ndptsp.tsp", "hidphone.tsp", "remotesp.tsp"];

/** @param drivers File names, or why they cannot be listed. */
export function checkDrivers(drivers: readonly string[] | Error): Finding {
  const about = "drivers";
  if (drivers instanceof Error) return note(about, `cannot be listed: ${drivers.message}`);
  if (drivers.length === 0) return wrong(about, "none is installed", INSTALL_DRIVER);
  return fine(about, drivers.join(", "));
}

/** @param build The build of Windows. @param folder The system folder, where drivers are. */
export function checkDriverAge(
  drivers: readonly string[] | Error,
  build: number,
  folder: string,
): Finding[] {
  if (drivers instanceof Error || build < FIRST_BUILD_WITH_POINTERS) return [];
  return drivers.flatMap((driver) => {
    const name = driver.replace(/^.*[\\/]/, "");
    const path = name === driver ? `${folder}\\${driver}` : driver;
    const atMs = builtAtMs(startOfFile(path, HEADER_BYTES)) ?? 0;
    const isOld = atMs >= FIRST_TSP_MS && atMs < FIRST_SAFE_MS;
    if (!isOld || OF_WINDOWS.includes(name.toLowerCase())) return [];
    const built = `built in ${new Date(atMs).getUTCFullYear()}`;
    return [note(
      `driver ${name}`,
      `${built}: on 64-bit Windows 8, Server 2012 and later, drivers from before 2012 may report ` +
        "no incoming calls",
      "Call one of its lines. If that is not reported, install a newer version of the driver.",
    )];
  });
}

/** The traps of drivers that open their lines without an error, and report nothing then. */
export function checkVendors(lines: readonly Line[]): Finding[] {
  if (!lines.some(({ provider }) => /\bAvaya\b/.test(provider))) return [];
  return [note(
    "Avaya IP Office",
    "in third-party mode without the licence CTI Link Pro, lines open and report no call",
    "Check the licence in Manager. After changing the driver's settings, restart the Windows " +
      "service Telephony: they take effect then.",
  )];
}
