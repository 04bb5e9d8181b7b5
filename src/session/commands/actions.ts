/** What can be done on lines and to single calls: one awaitable action each. */
import { LINECALLFEATURE, LINECALLSTATE, LINEERR } from "../../tapi/constants.ts";
import type { CallControl } from "../../tapi/control.ts";
import { encodeText } from "../../tapi/text.ts";
import { ActionError } from "./errors.ts";
import { Attempts } from "./requests.ts";
import type { CallEntry, LineEntry } from "../handles.ts";
import type { Session } from "../session.ts";

const CAN = LINECALLFEATURE;

export class Actions {
  readonly attempts: Attempts;

  constructor(session: Session) {
    this.attempts = new Attempts(session);
  }

  /**
   * Makes a call. Resolves when the provider has accepted it, which is long before anyone answers.
   *
   * @throws ActionError
   */
  async makeCall(line: LineEntry, number: string): Promise<CallEntry> {
    const destAddress = encodeText(number);
    return await this.attempts.makingOne(line, {
      fn: "lineMakeCallW",
      pinned: destAddress,
      call: (control, out) => control.makeCall(line.handle, out, destAddress),
    });
  }

  /**
   * Drops a call, as its owner: a monitor may not. It is tried whatever the provider says of it, and a
   * call that has ended meanwhile is dropped.
   *
   * @throws ActionError
   */
  async drop(call: CallEntry): Promise<void> {
    const { attempts } = this;
    try {
      await attempts.onCalls([call], {
        fn: "lineDrop",
        owning: true,
        call: (control) => control.drop(call.handle),
      });
    } catch (error) {
      if (attempts.isLive(call) && !await this.#isOver(call, error)) throw error;
    }
  }

  /** @throws ActionError */
  async answer(call: CallEntry): Promise<void> {
    await this.#on(call, CAN.ANSWER, "lineAnswer", (control) => control.answer(call.handle));
  }

  /** @throws ActionError */
  async hold(call: CallEntry): Promise<void> {
    await this.#on(call, CAN.HOLD, "lineHold", (control) => control.hold(call.handle));
  }

  /** @throws ActionError */
  async unhold(call: CallEntry): Promise<void> {
    await this.#on(call, CAN.UNHOLD, "lineUnhold", (control) => control.unhold(call.handle));
  }

  /** The active call and the held one of a line change places. @throws ActionError */
  async swap(active: CallEntry, held: CallEntry): Promise<void> {
    const { attempts } = this;
    await attempts.take([active, held], CAN.SWAPHOLD);
    await attempts.onCalls([active, held], {
      fn: "lineSwapHold",
      call: (control) => control.swapHold(active.handle, held.handle),
    });
  }

  /** Sends the other end elsewhere, without asking there first. @throws ActionError */
  async transfer(call: CallEntry, number: string): Promise<void> {
    const to = encodeText(number);
    const { BLINDTRANSFER } = CAN;
    await this.#on(
      call,
      BLINDTRANSFER,
      "lineBlindTransferW",
      (control) => control.blindTransfer(call.handle, to),
      to,
    );
  }

  /** Sends a call that is offered elsewhere. @throws ActionError */
  async redirect(call: CallEntry, number: string): Promise<void> {
    const to = encodeText(number);
    await this.#on(
      call,
      CAN.REDIRECT,
      "lineRedirectW",
      (control) => control.redirect(call.handle, to),
      to,
    );
  }

  /** Sends DTMF digits: 0 to 9, A to D, * and #, a comma for a pause. @throws ActionError */
  async sendDigits(call: CallEntry, digits: string): Promise<void> {
    const text = encodeText(digits);
    await this.#on(call, CAN.GENERATEDIGITS, "lineGenerateDigitsW", async (control) => {
      await control.generateDigits(call.handle, text);
      return 0;
    }, text);
  }

  /** Whether lineDrop failed because the call has ended, and only the message of it is to come. */
  async #isOver(call: CallEntry, error: unknown): Promise<boolean> {
    if (!(error instanceof ActionError)) return false;
    if (error.tapi?.code !== LINEERR.INVALCALLSTATE) return false;
    const state = await this.attempts.stateOf(call);
    return (state & (LINECALLSTATE.DISCONNECTED | LINECALLSTATE.IDLE)) !== 0;
  }

  /** As the call's owner, where it has the feature. */
  async #on(
    call: CallEntry,
    feature: number,
    fn: string,
    act: (control: CallControl) => Promise<number>,
    pinned?: unknown,
  ): Promise<void> {
    await this.attempts.take([call], feature);
    await this.attempts.onCalls([call], { fn, call: act, pinned });
  }
}
