/** The line devices of the fake exchange: its extensions, and what else a Windows computer has. */
import { LINEMEDIAMODE } from "../tapi/constants.ts";
import type { Extension } from "./model.ts";

export const PROVIDER_INFO = "Tapi2Ws fake exchange";

export interface Device {
  readonly name: string;
  /** `null` where the device carries no voice. */
  readonly extension: Extension | null;
  readonly mediaModes: number;
  readonly permanentId: number;
}

/** Who sits at the first extensions. */
const NAMES = [
  "Anna Brandt",
  "Ben Carter",
  "Chiara Conti",
  "David Okafor",
  "Наталья Орлова 🎧",
  "Emre Yılmaz",
  "Sales",
  "Reception",
];
/** Group 1 has the first four extensions, and so on. */
const PICKUP_GROUP_SIZE = 4;
const FIRST_PERMANENT_ID = 0x7a2d0000;
/** Above this many, three digits would run into the special numbers. */
const MOST_WITH_THREE_DIGITS = 500;

/** Extensions 201 and up; 20001 and up where there are more than 500. */
export function createExtensions(count: number): Extension[] {
  const first = count > MOST_WITH_THREE_DIGITS ? 20001 : 201;
  return Array.from({ length: count }, (_, i) => ({
    number: String(first + i),
    name: NAMES[i] ?? `User ${first + i}`,
    group: String(Math.floor(i / PICKUP_GROUP_SIZE) + 1),
    legs: new Set(),
    forwards: [],
    ringsNoAnswer: 3,
    messageWaiting: false,
    inService: true,
  }));
}

/** The devices in the order of their ids: the extensions are neither first nor last. */
export function createDevices(extensions: Iterable<Extension>): Device[] {
  const devices: Omit<Device, "permanentId">[] = [
    { name: "WAN Miniport (L2TP)", extension: null, mediaModes: LINEMEDIAMODE.DIGITALDATA },
  ];
  for (const extension of extensions) {
    const isAscii = /^[ -~]*$/.test(extension.name);
    devices.push({
      name: `Extension ${extension.number}${isAscii ? "" : ` ${extension.name}`}`,
      extension,
      mediaModes: LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE,
    });
  }
  devices.push({
    name: "Standard 56000 bps Modem",
    extension: null,
    mediaModes: LINEMEDIAMODE.DATAMODEM,
  });
  return devices.map((device, i) => ({ ...device, permanentId: FIRST_PERMANENT_ID + i }));
}
