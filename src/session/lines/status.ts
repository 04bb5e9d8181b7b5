/**
 * The commands that lines and their calls take now, their forwarding, and the message lamp: read again
 * when they may have changed. Nothing is read while messages of the device wait: the answer would be
 * out of date by then, and a burst must not be slowed down.
 */
import { type Forward, FORWARD_CASES } from "../../model/forward.ts";
import type { LineCommandName } from "../../model/command.ts";
import type { LineSettings } from "../../model/line.ts";
import type { AddressStatus, RawForward } from "../../tapi/address_status.ts";
import type { CallStatus, LineDevStatus } from "../../tapi/calls.ts";
import { LINEFORWARDMODE } from "../../tapi/constants.ts";
import type { TapiCall } from "../call.ts";
import { callStateOf, isElsewhere } from "../calls/states.ts";
import { callCommands, featuresOfState, lineCommands } from "../commands/can.ts";
import { isToNobody } from "../commands/forwarding.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice, TapiLine } from "../line.ts";
import type { Refresh } from "../pending_refresh.ts";
import type { CallStateSignal, LineReportSignal } from "../signals.ts";
import { answerOf } from "./questions.ts";

/** With more messages of the device than these waiting, a call's status is read later. */
const MOST_WAITING = 4;

export interface LineStatusesOptions {
  /** Reads the capabilities of a device, whose lines may be others by then. */
  readonly describeAgain: (device: LineDevice) => Promise<void>;
  /** Takes what was read of an open device. */
  readonly serviceRead: (device: LineDevice, status: LineDevStatus) => void;
}

export class LineStatuses {
  readonly #context: SessionContext;
  readonly #options: LineStatusesOptions;

  constructor(context: SessionContext, options: LineStatusesOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Whether a call's status may be read now: not while many messages wait. */
  hasTime({ line: { device } }: TapiCall): boolean {
    return device.queue.waiting <= MOST_WAITING;
  }

  /** The commands that a call takes in the state that was reported last. */
  commandsOf(call: TapiCall, status: CallStatus | undefined): CallStateSignal["can"] {
    const { state, line, owned } = call;
    // The features of another state are not this one's: its message will come.
    const isOfState = status !== undefined && callStateOf(status.dwCallState) === state;
    const features = isOfState ? status.dwCallFeatures : 0;
    if (features !== 0 || (isOfState && owned) || isElsewhere(call)) {
      return callCommands(features, line.features.call);
    }
    return callCommands(featuresOfState(state, this.#otherStates(call)), line.features.call);
  }

  /**
   * A call's state was reported: that concerns the line's other calls, the call itself if its status
   * was not read, and the line if it is a call's first or last state.
   */
  callChanged(call: TapiCall, wasRead: boolean, numberOfCallsChanged: boolean): void {
    const { calls } = this.#context;
    const others = calls.of(call.line).size - (calls.has(call) && wasRead ? 1 : 0);
    if (others > 0 || numberOfCallsChanged) {
      this.refresh(call.line.device, { calls: others > 0, status: numberOfCallsChanged });
    }
  }

  /** Reads again what is named, once the device's messages have been handled. */
  refresh(device: LineDevice, what: Refresh): void {
    if (device.refresh.demand(what)) this.#queue(device);
  }

  /**
   * The driver says that the message lamp went on or off. The level is read, and is believed instead
   * if the driver has ever reported it.
   */
  heardMessageWaiting(device: LineDevice, messageWaiting: boolean): Promise<void> {
    if (!device.service.reportsMessageWaiting) {
      for (const line of device.lines) this.#report(line, { messageWaiting });
    }
    this.refresh(device, { status: true });
    return Promise.resolve();
  }

  #queue(device: LineDevice): void {
    const isTaken = device.queue.add(async () => {
      if (device.queue.waiting > 0) return this.#queue(device);
      const refresh = device.refresh.take();
      if (refresh === undefined || device.handle === 0 || this.#context.ended.aborted) return;
      if (refresh.caps) await this.#options.describeAgain(device);
      if (device.handle === 0) return;
      await Promise.all([
        refresh.caps || refresh.status ? this.#readStatus(device) : undefined,
        refresh.caps || refresh.calls ? this.#readCalls(device) : undefined,
      ]);
    });
    if (!isTaken) device.refresh.take();
  }

  async #readCalls(device: LineDevice): Promise<void> {
    const { calls, onSignal } = this.#context;
    const known = device.lines.flatMap((line) =>
      [...calls.of(line)].filter(({ state }) => state !== 0)
    );
    const read = await Promise.all(known.map((call) => this.#readCall(call)));
    for (const [index, call] of known.entries()) {
      // Lost with its line meanwhile.
      if (!calls.has(call)) continue;
      const can = this.commandsOf(call, read[index]);
      onSignal({ kind: "call-can", line: call.line.identity, call: call.id, can });
    }
  }

  async #readStatus(device: LineDevice): Promise<void> {
    const { tapi } = this.#context;
    const { handle, caps: { apiVersion }, lines } = device;
    const [status, ...addresses] = await Promise.all([
      answerOf(this.#context, device, () => tapi.getLineDevStatus(handle, apiVersion)),
      ...lines.map(({ addressId }) =>
        answerOf(this.#context, device, () => tapi.getAddressStatus(handle, addressId, apiVersion))
      ),
    ]);
    if (device.handle !== handle) return;
    if (status !== undefined) this.#options.serviceRead(device, status);
    const messageWaiting = status && device.service.readMessageWaiting(status.dwDevStatusFlags);
    for (const [index, line] of lines.entries()) {
      const address = addresses[index];
      const now = {
        address: address?.addressFeatures ?? 0,
        line: status?.dwLineFeatures ?? 0,
      };
      const { identity, features, claim, agent } = line;
      const vendors = status && claim.read(this.#context.vendors, identity, status.DevSpecific);
      const can = lineCommands(now, features, [
        ...claim.vendor?.commands ?? [],
        ...agent.commands,
      ]);
      this.#report(line, {
        can,
        ...address !== undefined && {
          forwards: toForwards(address.forwards),
          settings: settingsOf(address, can, agent.groups),
        },
        ...messageWaiting !== undefined && { messageWaiting },
        ...vendors,
      });
    }
  }

  #report(line: TapiLine, report: Omit<LineReportSignal, "kind" | "line">): void {
    if (line.device.handle === 0) return;
    this.#context.onSignal({ kind: "line-report", line: line.identity, ...report });
  }

  async #readCall(call: TapiCall): Promise<CallStatus | undefined> {
    const { tapi, calls } = this.#context;
    const { handle, line: { device } } = call;
    if (!calls.has(call)) return undefined;
    return await answerOf(
      this.#context,
      device,
      () => tapi.getCallStatus(handle, device.caps.apiVersion),
    );
  }

  /** The LINECALLSTATE_ bits of the line's other calls. */
  #otherStates(call: TapiCall): number {
    let states = 0;
    for (const other of this.#context.calls.of(call.line)) {
      if (other !== call) states |= other.state;
    }
    return states;
  }
}

/** The settings that TAPI's own members report. */
function settingsOf(
  { forwards }: AddressStatus,
  can: readonly LineCommandName[],
  groups: LineSettings["groups"],
): LineSettings {
  const doNotDisturb = forwards.some(isToNobody);
  return {
    ...(doNotDisturb || can.includes("dnd")) && { doNotDisturb },
    ...groups && { groups },
  };
}

const MODE = LINEFORWARDMODE;
const BUSY_AND_NO_ANSWER = MODE.BUSYNA | MODE.BUSYNAINTERNAL | MODE.BUSYNAEXTERNAL;
/**
 * The LINEFORWARDMODE_ bits of each case. Entries for one caller alone are left out: for the others,
 * calls go where they went.
 */
const FORWARD_MODES: Readonly<Record<Forward["when"], number>> = {
  always: MODE.UNCOND | MODE.UNCONDINTERNAL | MODE.UNCONDEXTERNAL,
  busy: MODE.BUSY | MODE.BUSYINTERNAL | MODE.BUSYEXTERNAL | BUSY_AND_NO_ANSWER,
  no_answer: MODE.NOANSW | MODE.NOANSWINTERNAL | MODE.NOANSWEXTERNAL | BUSY_AND_NO_ANSWER,
};

function toForwards(raw: readonly RawForward[]): Forward[] {
  const forwards: Forward[] = [];
  for (const { mode, to } of raw) {
    for (const when of FORWARD_CASES) {
      // Internal and external calls may have entries of their own that say the same.
      const isThere = forwards.some((known) => known.when === when && known.to === to);
      if ((mode & FORWARD_MODES[when]) !== 0 && !isThere) forwards.push({ when, to });
    }
  }
  return forwards;
}
