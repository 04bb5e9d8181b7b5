/**
 * The connections that Windows Firewall lets in, read from the registry: its programming interface
 * needs COM.
 *
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-gpfas/
 */
import { Registry } from "./registry.ts";
import type { Windows } from "./windows.ts";

const POLICY = "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";
/** Rules of this machine, and of group policies. */
const RULES = [
  `${POLICY}\\FirewallRules`,
  "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules",
];
/** The kinds of networks; the firewall is on or off for each. */
const PROFILES = ["DomainProfile", "StandardProfile", "PublicProfile"];
const TCP = "6";

/** Whether other machines can connect to a port. */
export type Reach = "open" | "blocked" | "no rule" | "off";

/**
 * @param program The path of the executable that listens.
 * @returns `off` when the firewall is off, `open` when a rule allows it, `blocked` when a rule forbids
 *   it, which overrides others.
 * @throws WindowsError
 */
export function reachOf(windows: Windows, port: number, program: string): Reach {
  const registry = new Registry(windows);
  const isOn = PROFILES.some((profile) =>
    registry.values(`${POLICY}\\${profile}`).get("EnableFirewall") !== 0
  );
  if (!isOn) return "off";
  const texts = RULES.flatMap((key) => [...registry.values(key).values()]);
  const actions = texts.flatMap((text) =>
    actionOf(String(text), port, program, windows.systemFolder.slice(0, 2)) ?? []
  );
  if (actions.includes("Block")) return "blocked";
  return actions.includes("Allow") ? "open" : "no rule";
}

/**
 * @param rule Such as `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=43001|Name=Tapi2Ws|`.
 * @param drive The value of `%SystemDrive%`, such as `C:`.
 * @returns Its action; `undefined` when it does not apply to this port and program.
 */
export function actionOf(
  rule: string,
  port: number,
  program: string,
  drive: string,
): string | undefined {
  const fields = new Map<string, string[]>();
  for (const field of rule.split("|")) {
    const [name = "", value = ""] = field.split(/=(.*)/, 2);
    fields.set(name, [...fields.get(name) ?? [], value]);
  }
  const [action, active, direction, protocol, app] = ["Action", "Active", "Dir", "Protocol", "App"]
    .map((name) => fields.get(name)?.[0]);
  if (active !== "TRUE" || direction !== "In") return undefined;
  if (protocol !== undefined && protocol !== TCP) return undefined;
  const path = app?.replace(/^%SystemDrive%/i, drive)
    .replace(/^%ProgramFiles%/i, `${drive}\\Program Files`);
  if (path !== undefined && path.toLowerCase() !== program.toLowerCase()) return undefined;
  const ports = [...fields.get("LPort") ?? [], ...fields.get("LPort2_10") ?? []];
  const isPort = ports.length === 0 || ports.some((range) => {
    const [from = NaN, to = from] = range.split("-").map(Number);
    return from <= port && port <= to;
  });
  return isPort ? action : undefined;
}
