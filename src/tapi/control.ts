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
import { invoke } from "./invoke.ts";
import type { Memory, TapiLibrary } from "./library.ts";
import type { CallHandleOut, ParkAddressOut } from "./outs.ts";

/** dwCountryCode: the provider's default. */
const NO_COUNTRY = 0;
const FIRST_ADDRESS = 0;
/** How many shall confer, as far as is known beforehand. */
const PARTIES = 3;

/** The request id under which LINE_REPLY comes. Rejects with a TapiError or MissingFunctionError. */
type RequestId = Promise<number>;

export class CallControl {
  readonly #library: TapiLibrary;

  constructor(library: TapiLibrary) {
    this.#library = library;
  }

  /** lineMakeCallW with the provider's defaults. */
  makeCall(line: number, out: CallHandleOut, destAddress: Memory): RequestId {
    return invoke(this.#library, "lineMakeCallW", line, out.memory, destAddress, NO_COUNTRY, null);
  }

  /** lineDialW: on a call in DIALTONE. */
  dial(call: number, destAddress: Memory): RequestId {
    return invoke(this.#library, "lineDialW", call, destAddress, NO_COUNTRY);
  }

  /** lineDrop: in any state but IDLE; a call that is offered is rejected. */
  drop(call: number): RequestId {
    return invoke(this.#library, "lineDrop", call, null, 0);
  }

  /** lineAnswer: OFFERING or ACCEPTED. */
  answer(call: number): RequestId {
    return invoke(this.#library, "lineAnswer", call, null, 0);
  }

  /** lineHold: CONNECTED. */
  hold(call: number): RequestId {
    return invoke(this.#library, "lineHold", call);
  }

  /** lineUnhold: on hold in any way. */
  unhold(call: number): RequestId {
    return invoke(this.#library, "lineUnhold", call);
  }

  /** lineSwapHold: a CONNECTED call and one on hold. */
  swapHold(activeCall: number, heldCall: number): RequestId {
    return invoke(this.#library, "lineSwapHold", activeCall, heldCall);
  }

  /** lineBlindTransferW: CONNECTED. */
  blindTransfer(call: number, destAddress: Memory): RequestId {
    return invoke(this.#library, "lineBlindTransferW", call, destAddress, NO_COUNTRY);
  }

  /** lineRedirectW: OFFERING. */
  redirect(call: number, destAddress: Memory): RequestId {
    return invoke(this.#library, "lineRedirectW", call, destAddress, NO_COUNTRY);
  }

  /** lineSetupTransferW: a CONNECTED call is held, and a call to consult somebody is in DIALTONE. */
  setupTransfer(call: number, outConsult: CallHandleOut): RequestId {
    return invoke(this.#library, "lineSetupTransferW", call, outConsult.memory, null);
  }

  /**
   * lineCompleteTransfer.
   *
   * @param heldCall On hold in any way.
   * @param activeCall The consultation call: CONNECTED, RINGBACK, BUSY or PROCEEDING.
   * @param mode One of LINETRANSFERMODE.
   */
  completeTransfer(
    heldCall: number,
    activeCall: number,
    outConference: CallHandleOut,
    mode: number,
  ): RequestId {
    const { memory } = outConference;
    return invoke(this.#library, "lineCompleteTransfer", heldCall, activeCall, memory, mode);
  }

  /** lineSetupConferenceW: a CONNECTED call becomes the first of a conference on hold. */
  setupConference(
    call: number,
    line: number,
    { memory: conference }: CallHandleOut,
    { memory: consult }: CallHandleOut,
  ): RequestId {
    return invoke(
      this.#library,
      "lineSetupConferenceW",
      call,
      line,
      conference,
      consult,
      PARTIES,
      null,
    );
  }

  /** linePrepareAddToConferenceW: a conference is held, and a call to consult is in DIALTONE. */
  prepareAddToConference(conference: number, outConsult: CallHandleOut): RequestId {
    return invoke(
      this.#library,
      "linePrepareAddToConferenceW",
      conference,
      outConsult.memory,
      null,
    );
  }

  /** lineAddToConference: a conference in ONHOLDPENDCONF, and the consultation call. */
  addToConference(conference: number, consultation: number): RequestId {
    return invoke(this.#library, "lineAddToConference", conference, consultation);
  }

  /**
   * lineParkW: CONNECTED.
   *
   * @param mode One of LINEPARKMODE.
   * @param address Where to, with DIRECTED.
   * @param out Where it is, with NONDIRECTED.
   */
  park(
    call: number,
    mode: number,
    address: Memory | null,
    out: ParkAddressOut | null,
  ): RequestId {
    return invoke(this.#library, "lineParkW", call, mode, address, out?.memory ?? null);
  }

  /** lineUnparkW. */
  unpark(line: number, out: CallHandleOut, parkAddress: Memory): RequestId {
    return invoke(this.#library, "lineUnparkW", line, FIRST_ADDRESS, out.memory, parkAddress);
  }

  /**
   * linePickupW.
   *
   * @param from The extension that rings; `null`: any of the group's.
   * @param group `null`: the line's own.
   */
  pickup(
    line: number,
    out: CallHandleOut,
    from: Memory | null,
    group: Memory | null,
  ): RequestId {
    return invoke(this.#library, "linePickupW", line, FIRST_ADDRESS, out.memory, from, group);
  }

  /**
   * lineForwardW.
   *
   * @param list A LINEFORWARDLIST; `null`: nothing is forwarded any more.
   * @param ringsNoAnswer After how many rings a call is unanswered; 0: the provider's default.
   */
  forward(
    line: number,
    list: Memory | null,
    ringsNoAnswer: number,
    { memory: consult }: CallHandleOut,
  ): RequestId {
    return invoke(
      this.#library,
      "lineForwardW",
      line,
      0,
      FIRST_ADDRESS,
      list,
      ringsNoAnswer,
      consult,
      null,
    );
  }

  /** lineGenerateDigitsW in DTMF, as long as the provider likes: CONNECTED. Its end is not awaited. */
  async generateDigits(call: number, digits: Memory): Promise<void> {
    await invoke(this.#library, "lineGenerateDigitsW", call, LINEDIGITMODE.DTMF, digits, 0);
  }
}
