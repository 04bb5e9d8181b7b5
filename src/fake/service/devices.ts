/** The line devices of the fake exchange: its extensions, and what else a Windows computer has. */
import { LINEERR, LINEMEDIAMODE } from "../../tapi/constants.ts";
import type { Extension } from "../exchange/extension.ts";
import { Refusal } from "../refusal.ts";

export interface Device {
  readonly id: number;
  readonly permanentId: number;
  readonly name: string;
  /** By address id; none where the device carries no voice. */
  readonly addresses: readonly Extension[];
  readonly mediaModes: number;
}

const FIRST_PERMANENT_ID = 0x7a2d0000;

export class Devices {
  readonly #devices: Device[] = [];

  /** In the order of their ids: the extensions are neither first nor last. */
  constructor(extensions: Iterable<Extension>) {
    const { AUTOMATEDVOICE, DATAMODEM, DIGITALDATA, INTERACTIVEVOICE } = LINEMEDIAMODE;
    this.#add("WAN Miniport (L2TP)", [], DIGITALDATA);
    for (const extension of extensions) {
      const { name, number } = extension;
      const isAscii = /^[ -~]*$/.test(name);
      const deviceName = `Extension ${number}${isAscii ? "" : ` ${name}`}`;
      this.#add(deviceName, [extension], INTERACTIVEVOICE | AUTOMATEDVOICE);
    }
    this.#add("Standard 56000 bps Modem", [], DATAMODEM);
  }

  get count(): number {
    return this.#devices.length;
  }

  /** @throws Refusal */
  get(id: number): Device {
    const device = this.#devices[id];
    if (device === undefined) throw new Refusal(LINEERR.BADDEVICEID);
    return device;
  }

  #add(name: string, addresses: readonly Extension[], mediaModes: number): void {
    const id = this.#devices.length;
    const permanentId = FIRST_PERMANENT_ID + id;
    this.#devices.push({ id, permanentId, name, addresses, mediaModes });
  }
}

/** @throws Refusal where the device has no such address. */
export function checkAddress({ addresses }: Device, addressId: number): void {
  if (addressId >= Math.max(addresses.length, 1)) throw new Refusal(LINEERR.INVALADDRESSID);
}

/**
 * The extension at an address of a device that carries voice.
 *
 * @throws Refusal
 */
export function extensionAt(device: Device, addressId = 0): Extension {
  if (device.addresses.length === 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
  checkAddress(device, addressId);
  return device.addresses[addressId] as Extension;
}
