/** The line devices of the fake exchange: its telephones, and what else a Windows computer has. */
import type { FakeDriver } from "../../model/simulation.ts";
import { LINEERR, LINEMEDIAMODE } from "../../tapi/constants.ts";
import type { Extension } from "../exchange/extension.ts";
import { DRIVERS } from "../drivers.ts";
import { Refusal } from "../refusal.ts";

export interface Device {
  readonly id: number;
  readonly permanentId: number;
  readonly name: string;
  /** By address id; none where the device carries no voice. */
  readonly addresses: readonly Extension[];
  readonly mediaModes: number;
  readonly driver: FakeDriver;
}

const FIRST_PERMANENT_ID = 0x7a2d0000;
const VOICE = LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE;

export class Devices {
  readonly #devices: Device[] = [];

  get count(): number {
    return this.#devices.length;
  }

  /** @throws Refusal */
  get(id: number): Device {
    const device = this.#devices[id];
    if (device === undefined) throw new Refusal(LINEERR.BADDEVICEID);
    return device;
  }

  /** @param extensions One for each address. */
  addTelephone(extensions: readonly Extension[], driver: FakeDriver): Device {
    const { isGroup, name, number } = extensions[0] as Extension;
    if (DRIVERS[driver].hasBlock) return this.add(`${name}:${number}`, VOICE, extensions, driver);
    const isAscii = /^[ -~]*$/.test(name);
    const suffix = isAscii ? "" : ` ${name}`;
    return this.add(`${isGroup ? "Group" : "Extension"} ${number}${suffix}`, VOICE, extensions);
  }

  /** Adds a device; without addresses it carries no voice. */
  add(
    name: string,
    mediaModes: number,
    addresses: readonly Extension[] = [],
    driver: FakeDriver = "tapi",
  ): Device {
    const id = this.#devices.length;
    const permanentId = FIRST_PERMANENT_ID + id;
    const device = { id, permanentId, name, addresses, mediaModes, driver };
    this.#devices.push(device);
    return device;
  }
}

/** @throws Refusal where the device has no such address. */
export function checkAddress({ addresses }: Device, addressId: number): void {
  if (addressId >= Math.max(addresses.length, 1)) throw new Refusal(LINEERR.INVALADDRESSID);
}

/** @throws Refusal where the device's driver lacks a LINEADDRFEATURE_. */
export function checkFeature({ driver }: Device, feature: number): void {
  if ((DRIVERS[driver].lacks.address & feature) !== 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
}

/**
 * The extension at an address of a device that carries voice.
 *
 * @throws Refusal
 */
export function extensionAt(device: Device, addressId: number): Extension {
  if (device.addresses.length === 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
  checkAddress(device, addressId);
  return device.addresses[addressId] as Extension;
}
