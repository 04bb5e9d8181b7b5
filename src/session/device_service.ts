/** The service of a line device: whether the phone system is there, its lamp, and its count of calls. */
import { has, LINEDEVSTATE, LINEDEVSTATUSFLAGS } from "../tapi/constants.ts";

const { INSERVICE, OUTOFSERVICE, CONNECTED, DISCONNECTED } = LINEDEVSTATE;

/** A flag of LINEDEVSTATUS; a driver that never sets it, or always, says nothing by it. */
class Level {
  #isSet: boolean | undefined;
  #wasSet = false;
  #hasChanged = false;

  read(isSet: boolean): void {
    this.#hasChanged ||= this.#isSet !== undefined && this.#isSet !== isSet;
    this.#wasSet ||= isSet;
    this.#isSet = isSet;
  }

  /**
   * Whether the flag is set now; `undefined` if the level does not say so.
   *
   * @param isReturn Whether the driver has just reported a return, which a level that is set confirms.
   */
  says(isReturn: boolean): boolean | undefined {
    return this.#hasChanged || isReturn && this.#wasSet ? this.#isSet : undefined;
  }
}

/**
 * The reports of an open device's driver: by messages, which say that something changed, and
 * by LINEDEVSTATUS, which says what is so.
 */
export class DeviceService {
  readonly #inService = new Level();
  readonly #connected = new Level();
  #isOutOfService = false;
  #isDisconnected = false;
  /** Whether one message reported both: such drivers report the return once. */
  #isLostTwice = false;
  #reportsMessageWaiting = false;
  #countsCalls = false;
  #emptySinceMs: number | undefined;

  /** Whether the device can be used: it is in service and connected to the phone system. */
  get isUp(): boolean {
    return !this.#isOutOfService && !this.#isDisconnected;
  }

  /** The device was opened: nothing has been reported yet. */
  reset(): void {
    this.#isOutOfService = this.#isDisconnected = this.#isLostTwice = false;
    this.#emptySinceMs = undefined;
  }

  /** Whether LINEDEVSTATUS has ever said that the message lamp is on. */
  get reportsMessageWaiting(): boolean {
    return this.#reportsMessageWaiting;
  }

  /**
   * Takes what the driver says.
   *
   * @param states LINEDEVSTATE_ bits of a message; 0 without one.
   * @param flags LINEDEVSTATUS.dwDevStatusFlags as they are now; `undefined` if they cannot be read.
   */
  take(states: number, flags: number | undefined): void {
    const isReturn = (states & (INSERVICE | CONNECTED)) !== 0;
    const isWholeReturn = isReturn && this.#isLostTwice;
    if (has(states, INSERVICE) || isWholeReturn) this.#isOutOfService = false;
    if (has(states, CONNECTED) || isWholeReturn) this.#isDisconnected = false;
    if (has(states, OUTOFSERVICE)) this.#isOutOfService = true;
    if (has(states, DISCONNECTED)) this.#isDisconnected = true;
    if (flags !== undefined) {
      this.#inService.read(has(flags, LINEDEVSTATUSFLAGS.INSERVICE));
      this.#connected.read(has(flags, LINEDEVSTATUSFLAGS.CONNECTED));
      this.#isOutOfService = !(this.#inService.says(isReturn) ?? !this.#isOutOfService);
      this.#isDisconnected = !(this.#connected.says(isReturn) ?? !this.#isDisconnected);
    }
    this.#isLostTwice = this.#isOutOfService && this.#isDisconnected &&
      (this.#isLostTwice || has(states, OUTOFSERVICE | DISCONNECTED));
  }

  /** Whether the message lamp is on, by dwDevStatusFlags; `undefined` if the driver never says so. */
  readMessageWaiting(flags: number): boolean | undefined {
    const isLit = has(flags, LINEDEVSTATUSFLAGS.MSGWAIT);
    this.#reportsMessageWaiting ||= isLit;
    return this.#reportsMessageWaiting ? isLit : undefined;
  }

  /** Takes the number of calls that the driver counts on the device, active or on hold. */
  readCallCount(count: number, nowMs: number): void {
    this.#countsCalls ||= count > 0;
    if (count > 0 || !this.#countsCalls) this.#emptySinceMs = undefined;
    else this.#emptySinceMs ??= nowMs;
  }

  /** For how long a driver that counts calls has counted none; 0 if it counts some, or never counts. */
  emptyMs(nowMs: number): number {
    return this.#emptySinceMs === undefined ? 0 : nowMs - this.#emptySinceMs;
  }

  /** Whether the driver, which counts calls, counted none when it was last asked. */
  get isEmpty(): boolean {
    return this.#emptySinceMs !== undefined;
  }
}
