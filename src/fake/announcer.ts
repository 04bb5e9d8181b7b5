/** What the exchange does, turned into messages for the applications that have lines open. */
import {
  LINE,
  LINEADDRESSSTATE,
  LINECALLORIGIN,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDEVSTATE,
} from "../tapi/constants.ts";
import type { CallHandle, Handles, OpenLine } from "./handles.ts";
import type { Message } from "./message_queue.ts";
import type { Extension, Leg, SwitchboardListener } from "./model.ts";
import type { Quirks } from "./quirks.ts";

/** What a message says of its own; the rest is 0. */
type Content = Pick<Message, "dwMessageID"> & Partial<Message>;

const RING_MODE = 1;

export class Announcer implements SwitchboardListener {
  readonly #handles: Handles;
  readonly #quirks: Quirks;

  constructor(handles: Handles, quirks: Quirks) {
    this.#handles = handles;
    this.#quirks = quirks;
  }

  /** The application knows the handle now: what was held back may come. */
  release(call: CallHandle): void {
    const messages = call.heldBack ?? [];
    call.heldBack = null;
    for (const message of messages) call.line.app.queue.push(message);
  }

  /** A message of the line itself, unless it names another device. */
  post(line: OpenLine, content: Content): void {
    line.app.queue.push(this.#toMessage(line, content));
  }

  postToCall(call: CallHandle, content: Content): void {
    const complete = this.#toMessage(call.line, { hDevice: call.handle, ...content });
    if (call.heldBack === null) call.line.app.queue.push(complete);
    else call.heldBack.push(complete);
  }

  legAdded(leg: Leg): void {
    for (const line of this.#handles.linesOf(leg.extension)) {
      const own = leg.initiator === line;
      const privilege = own ? LINECALLPRIVILEGE.OWNER : privilegeFor(line, leg);
      if (privilege === LINECALLPRIVILEGE.NONE) continue;
      const call = this.#handles.addCall(line, leg, privilege, !own);
      if (!own) {
        this.post(line, {
          dwMessageID: LINE.APPNEWCALL,
          dwParam2: call.handle,
          dwParam3: privilege,
        });
      }
      this.#postState(call, own ? 0 : privilege);
    }
  }

  legStateChanged(leg: Leg): void {
    for (const line of this.#handles.linesOf(leg.extension)) {
      const call = line.calls.get(leg);
      if (call !== undefined) this.#postState(call, 0);
    }
  }

  legInfoChanged(leg: Leg, changed: number): void {
    for (const line of this.#handles.linesOf(leg.extension)) {
      const call = line.calls.get(leg);
      if (call !== undefined) {
        this.postToCall(call, { dwMessageID: LINE.CALLINFO, dwParam1: changed });
      }
    }
  }

  rang(extension: Extension, count: number): void {
    this.#postLineState(extension, LINEDEVSTATE.RINGING, RING_MODE, count);
  }

  callCountChanged(extension: Extension): void {
    this.#postLineState(extension, LINEDEVSTATE.NUMCALLS);
    const { INUSEZERO, INUSEONE, INUSEMANY, NUMCALLS } = LINEADDRESSSTATE;
    const { size } = extension.legs;
    this.#postAddressState(
      extension,
      NUMCALLS | (size === 0 ? INUSEZERO : size === 1 ? INUSEONE : INUSEMANY),
    );
  }

  forwardChanged(extension: Extension): void {
    this.#postAddressState(extension, LINEADDRESSSTATE.FORWARD);
  }

  lineStateChanged(extension: Extension, state: number): void {
    this.#postLineState(extension, state);
  }

  #postState(call: CallHandle, newPrivilege: number): void {
    const { leg, line } = call;
    const conference = leg.state === LINECALLSTATE.CONFERENCED && leg.conference !== null
      ? line.calls.get(leg.conference)
      : undefined;
    this.postToCall(call, {
      dwMessageID: LINE.CALLSTATE,
      dwParam1: (leg.state | this.#quirks.vendorBits()) >>> 0,
      // The application does not know a conference whose LINE_REPLY has not come.
      dwParam2: conference?.heldBack === null ? conference.handle : leg.stateMode,
      dwParam3: newPrivilege,
    });
  }

  #postLineState(extension: Extension, state: number, dwParam2 = 0, dwParam3 = 0): void {
    for (const line of this.#handles.linesOf(extension)) {
      if ((line.lineStates & state) === 0) continue;
      this.post(line, { dwMessageID: LINE.LINEDEVSTATE, dwParam1: state, dwParam2, dwParam3 });
    }
  }

  #postAddressState(extension: Extension, states: number): void {
    for (const line of this.#handles.linesOf(extension)) {
      const wanted = line.addressStates & states;
      if (wanted === 0) continue;
      this.post(line, { dwMessageID: LINE.ADDRESSSTATE, dwParam2: wanted });
    }
  }

  #toMessage(line: OpenLine, content: Content): Message {
    const { callbackInstance: dwCallbackInstance, handle: hDevice } = line;
    return { hDevice, dwCallbackInstance, dwParam1: 0, dwParam2: 0, dwParam3: 0, ...content };
  }

  /** The provider closes a line: all its handles are dead before the message comes. */
  forceClose(extension: Extension): void {
    for (const line of [...this.#handles.linesOf(extension)]) {
      this.#handles.closeLine(line);
      this.post(line, { dwMessageID: LINE.CLOSE });
    }
  }
}

/** What an application gets of a call that it did not make. */
function privilegeFor(line: OpenLine, leg: Leg): number {
  const { MONITOR, NONE, OWNER } = LINECALLPRIVILEGE;
  const incoming = leg.initiator === null && leg.origin !== LINECALLORIGIN.OUTBOUND;
  if ((line.privileges & OWNER) !== 0 && incoming) return OWNER;
  return (line.privileges & MONITOR) !== 0 ? MONITOR : NONE;
}
