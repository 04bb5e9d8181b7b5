/** Turns what happens at the exchange into messages for the applications that have lines open. */
import type { FakeDriver } from "../../model/simulation.ts";
import {
  LINE,
  LINEADDRESSSTATE,
  LINECALLORIGIN,
  LINECALLPRIVILEGE,
  LINEDEVSTATE,
} from "../../tapi/constants.ts";
import { DRIVERS } from "../drivers.ts";
import type { ExchangeListener } from "../exchange/exchange.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Leg } from "../exchange/leg.ts";
import { type CallHandle, NOTHING, type OpenLine } from "./application.ts";
import type { Device, Devices } from "./devices.ts";
import type { Handles } from "./handles.ts";
import type { Quirks } from "./quirks.ts";

const RING_MODE = 1;

export class Announcer implements ExchangeListener {
  readonly #devices: Devices;
  readonly #handles: Handles;
  readonly #quirks: Quirks;

  constructor(devices: Devices, handles: Handles, quirks: Quirks) {
    this.#devices = devices;
    this.#handles = handles;
    this.#quirks = quirks;
  }

  telephoneAdded(extensions: readonly Extension[], driver: FakeDriver): void {
    const { id: dwParam1 } = this.#devices.addTelephone(extensions, driver);
    for (const { queue } of this.#handles.applications) {
      queue.push({ ...NOTHING, dwMessageID: LINE.CREATE, dwParam1 });
    }
  }

  legAdded(leg: Leg): void {
    for (const line of this.#handles.linesOf(leg.extension)) {
      const isOwn = leg.initiator === line;
      const privilege = isOwn ? LINECALLPRIVILEGE.OWNER : privilegeFor(line, leg);
      if (privilege === LINECALLPRIVILEGE.NONE) continue;
      const call = this.#handles.addCall(line, leg, privilege, !isOwn);
      if (!isOwn) {
        line.post({
          dwMessageID: LINE.APPNEWCALL,
          dwParam1: line.addressIdOf(leg.extension),
          dwParam2: call.handle,
          dwParam3: privilege,
        });
      }
      this.#postState(call, isOwn ? 0 : privilege);
    }
  }

  legStateChanged(leg: Leg): void {
    for (const line of this.#handles.linesOf(leg.extension)) {
      const call = line.callOf(leg);
      if (call !== undefined) this.#postState(call, 0);
    }
  }

  legInfoChanged(leg: Leg, changed: number): void {
    for (const line of this.#handles.linesOf(leg.extension)) {
      line.callOf(leg)?.post({ dwMessageID: LINE.CALLINFO, dwParam1: changed });
    }
  }

  rang(extension: Extension, count: number): void {
    for (const line of this.#handles.linesOf(extension)) {
      line.postLineState(LINEDEVSTATE.RINGING, RING_MODE, count);
    }
  }

  callCountChanged(extension: Extension, count: number): void {
    const { INUSEZERO, INUSEONE, INUSEMANY, NUMCALLS } = LINEADDRESSSTATE;
    const inUse = count === 0 ? INUSEZERO : count === 1 ? INUSEONE : INUSEMANY;
    this.lineStateChanged(extension, LINEDEVSTATE.NUMCALLS);
    this.#addressStateChanged(extension, NUMCALLS | inUse);
  }

  forwardChanged(extension: Extension): void {
    this.#addressStateChanged(extension, LINEADDRESSSTATE.FORWARD);
    this.settingsChanged(extension);
  }

  /** TAPI has no members for settings: only a driver with a block of its own reports them. */
  settingsChanged(extension: Extension): void {
    for (const line of this.#handles.linesOf(extension)) {
      if (!hasBlock(line.device)) continue;
      line.post({ dwMessageID: LINE.DEVSPECIFIC });
      line.postLineState(LINEDEVSTATE.DEVSPECIFIC);
    }
  }

  lineStateChanged(extension: Extension, state: number): void {
    for (const line of this.#handles.linesOf(extension)) line.postLineState(state);
  }

  #addressStateChanged(extension: Extension, states: number): void {
    for (const line of this.#handles.linesOf(extension)) line.postAddressState(extension, states);
  }

  #postState(call: CallHandle, newPrivilege: number): void {
    const { leg, line } = call;
    const conference = leg.conference && line.callOf(leg.conference);
    call.post({
      dwMessageID: LINE.CALLSTATE,
      dwParam1: (leg.state | this.#quirks.vendorBits()) >>> 0,
      // The application does not know a conference whose LINE_REPLY has not come.
      dwParam2: conference?.isKnown ? conference.handle : leg.stateMode,
      dwParam3: newPrivilege,
    });
  }
}

function hasBlock({ driver }: Device): boolean {
  return DRIVERS[driver].hasBlock;
}

/** The privilege that an application gets for a call that it did not make. */
function privilegeFor(line: OpenLine, leg: Leg): number {
  const { MONITOR, NONE, OWNER } = LINECALLPRIVILEGE;
  const isIncoming = leg.initiator === null && leg.info.origin !== LINECALLORIGIN.OUTBOUND;
  if ((line.privileges & OWNER) !== 0 && isIncoming) return OWNER;
  return (line.privileges & MONITOR) !== 0 ? MONITOR : NONE;
}
