/**
 * The functions of TAPI that do something to calls, one typed function each.
 *
 * All but lineGenerateDigits are asynchronous: they return the request id under which LINE_REPLY
 * comes, and memory given to them is in use until then. `call` is a HCALL of which the program is an
 * owner, `line` a HLINE; only a line's first address is known to the program.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/supplementary-line-service-functions
 */
import { LINEDIGITMODE } from "./constants.ts";
import { check, present } from "./errors.ts";
import type { Memory, TapiLibrary } from "./library.ts";
import type { CallHandleOut, ParkAddressOut } from "./outs.ts";

/** dwCountryCode: the provider's default. */
const NO_COUNTRY = 0;
const FIRST_ADDRESS = 0;
/** How many shall confer, as far as is known beforehand. */
const PARTIES = 3;

export class CallControl {
  constructor(readonly library: TapiLibrary) {}

  /** lineMakeCallW with the provider's defaults. */
  async makeCall(line: number, out: CallHandleOut, destAddress: Memory): Promise<number> {
    const fn = "lineMakeCallW";
    return check(fn, await this.library[fn](line, out.memory, destAddress, NO_COUNTRY, null));
  }

  /** lineDialW: on a call in DIALTONE. */
  async dial(call: number, destAddress: Memory): Promise<number> {
    const fn = "lineDialW";
    return check(fn, await present(fn, this.library[fn])(call, destAddress, NO_COUNTRY));
  }

  /** lineDrop: in any state but IDLE; a call that is offered is rejected. */
  async drop(call: number): Promise<number> {
    return check("lineDrop", await this.library.lineDrop(call, null, 0));
  }

  /** lineAnswer: OFFERING or ACCEPTED. */
  async answer(call: number): Promise<number> {
    const fn = "lineAnswer";
    return check(fn, await present(fn, this.library[fn])(call, null, 0));
  }

  /** lineHold: CONNECTED. */
  async hold(call: number): Promise<number> {
    const fn = "lineHold";
    return check(fn, await present(fn, this.library[fn])(call));
  }

  /** lineUnhold: on hold in any way. */
  async unhold(call: number): Promise<number> {
    const fn = "lineUnhold";
    return check(fn, await present(fn, this.library[fn])(call));
  }

  /** lineSwapHold: a CONNECTED call and one on hold. */
  async swapHold(activeCall: number, heldCall: number): Promise<number> {
    const fn = "lineSwapHold";
    return check(fn, await present(fn, this.library[fn])(activeCall, heldCall));
  }

  /** lineBlindTransferW: CONNECTED. */
  async blindTransfer(call: number, destAddress: Memory): Promise<number> {
    const fn = "lineBlindTransferW";
    return check(fn, await present(fn, this.library[fn])(call, destAddress, NO_COUNTRY));
  }

  /** lineRedirectW: OFFERING. */
  async redirect(call: number, destAddress: Memory): Promise<number> {
    const fn = "lineRedirectW";
    return check(fn, await present(fn, this.library[fn])(call, destAddress, NO_COUNTRY));
  }

  /** lineSetupTransferW: a CONNECTED call is held, and a call to consult somebody is in DIALTONE. */
  async setupTransfer(call: number, outConsult: CallHandleOut): Promise<number> {
    const fn = "lineSetupTransferW";
    return check(fn, await present(fn, this.library[fn])(call, outConsult.memory, null));
  }

  /**
   * lineCompleteTransfer.
   *
   * @param heldCall On hold in any way.
   * @param activeCall The consultation call: CONNECTED, RINGBACK, BUSY or PROCEEDING.
   * @param mode One of LINETRANSFERMODE.
   */
  async completeTransfer(
    heldCall: number,
    activeCall: number,
    outConference: CallHandleOut,
    mode: number,
  ): Promise<number> {
    const fn = "lineCompleteTransfer";
    const call = present(fn, this.library[fn]);
    return check(fn, await call(heldCall, activeCall, outConference.memory, mode));
  }

  /** lineSetupConferenceW: a CONNECTED call becomes the first of a conference on hold. */
  async setupConference(
    call: number,
    line: number,
    outConference: CallHandleOut,
    outConsult: CallHandleOut,
  ): Promise<number> {
    const fn = "lineSetupConferenceW";
    const setUp = present(fn, this.library[fn]);
    const { memory } = outConsult;
    return check(fn, await setUp(call, line, outConference.memory, memory, PARTIES, null));
  }

  /** linePrepareAddToConferenceW: a conference is held, and a call to consult is in DIALTONE. */
  async prepareAddToConference(conference: number, outConsult: CallHandleOut): Promise<number> {
    const fn = "linePrepareAddToConferenceW";
    return check(fn, await present(fn, this.library[fn])(conference, outConsult.memory, null));
  }

  /** lineAddToConference: a conference in ONHOLDPENDCONF, and the consultation call. */
  async addToConference(conference: number, consultation: number): Promise<number> {
    const fn = "lineAddToConference";
    return check(fn, await present(fn, this.library[fn])(conference, consultation));
  }

  /**
   * lineParkW: CONNECTED.
   *
   * @param mode One of LINEPARKMODE.
   * @param address Where to, with DIRECTED.
   * @param out Where it is, with NONDIRECTED.
   */
  async park(
    call: number,
    mode: number,
    address: Memory | null,
    out: ParkAddressOut | null,
  ): Promise<number> {
    const fn = "lineParkW";
    const park = present(fn, this.library[fn]);
    return check(fn, await park(call, mode, address, out?.memory ?? null));
  }

  /** lineUnparkW. */
  async unpark(line: number, out: CallHandleOut, parkAddress: Memory): Promise<number> {
    const fn = "lineUnparkW";
    const unpark = present(fn, this.library[fn]);
    return check(fn, await unpark(line, FIRST_ADDRESS, out.memory, parkAddress));
  }

  /**
   * linePickupW.
   *
   * @param from The extension that rings; `null`: any of the group's.
   * @param group `null`: the line's own.
   */
  async pickup(
    line: number,
    out: CallHandleOut,
    from: Memory | null,
    group: Memory | null,
  ): Promise<number> {
    const fn = "linePickupW";
    const pickup = present(fn, this.library[fn]);
    return check(fn, await pickup(line, FIRST_ADDRESS, out.memory, from, group));
  }

  /**
   * lineForwardW.
   *
   * @param list A LINEFORWARDLIST; `null`: nothing is forwarded any more.
   * @param ringsNoAnswer After how many rings a call is unanswered; 0: the provider's default.
   */
  async forward(
    line: number,
    list: Memory | null,
    ringsNoAnswer: number,
    outConsult: CallHandleOut,
  ): Promise<number> {
    const fn = "lineForwardW";
    const forward = present(fn, this.library[fn]);
    const { memory } = outConsult;
    return check(fn, await forward(line, 0, FIRST_ADDRESS, list, ringsNoAnswer, memory, null));
  }

  /** lineGenerateDigitsW in DTMF, as long as the provider likes: CONNECTED. Its end is not awaited. */
  async generateDigits(call: number, digits: Memory): Promise<void> {
    const fn = "lineGenerateDigitsW";
    check(fn, await present(fn, this.library[fn])(call, LINEDIGITMODE.DTMF, digits, 0));
  }
}
