/**
 * Decides what a message means and which call or device it concerns. That happens in the turn in which the
 * message came; the work that follows runs in the device's queue, in the order of its messages.
 */
import { logger } from "../log.ts";
import type { LineMessage } from "../tapi/calls.ts";
import {
  has,
  LINE,
  LINEADDRESSSTATE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDEVSTATE,
  LINEERR,
} from "../tapi/constants.ts";
import { lineErrorName } from "../tapi/errors.ts";
import type { MadeBy, TapiCall } from "./call.ts";
import type { CallFeed } from "./calls/feed.ts";
import { callStateOf } from "./calls/states.ts";
import type { Replies } from "./commands/replies.ts";
import type { SessionContext } from "./context.ts";
import type { LineDevice, TapiLine } from "./line.ts";
import type { LineAgents } from "./lines/agents.ts";
import type { LineKeeper } from "./lines/keeper.ts";
import type { LineServices } from "./lines/service.ts";
import type { LineStatuses } from "./lines/status.ts";

const log = logger("session");

/** Messages kept for calls that are being made and whose handle is not known yet. */
const MOST_UNCLAIMED = 1000;

/** States that may change the device's service: its level is read then. */
const SERVICE_STATES = LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE |
  LINEDEVSTATE.CONNECTED | LINEDEVSTATE.DISCONNECTED;

export interface MessageHandlerOptions {
  readonly context: SessionContext;
  readonly feed: CallFeed;
  readonly statuses: LineStatuses;
  readonly agents: LineAgents;
  readonly keeper: LineKeeper;
  readonly services: LineServices;
  readonly replies: Replies;
}

export class MessageHandler {
  readonly #options: MessageHandlerOptions;
  /** Messages for handles that a call being made may turn out to have. */
  #unclaimed: LineMessage[] = [];

  constructor(options: MessageHandlerOptions) {
    this.#options = options;
  }

  /** @param heardAtMs When lineGetMessage brought it, by the clock's uptime; now if left out. */
  handle(message: LineMessage, heardAtMs: number = this.#options.context.clock.uptimeMs()): void {
    const { context: { calls }, feed, statuses, agents, keeper, replies } = this.#options;
    const { hDevice, dwParam1, dwParam2, dwParam3 } = message;
    switch (message.dwMessageID) {
      case LINE.REPLY:
        if (!replies.settle(dwParam1, dwParam2)) {
          log.debug("LINE_REPLY {requestId} belongs to no request", { requestId: dwParam1 });
        }
        this.forgetUnclaimed();
        break;
      case LINE.APPNEWCALL: {
        const device = this.#deviceOf(message);
        if (!device?.takesCalls || dwParam2 === 0) break;
        const line = device.lineAt(dwParam1);
        if (line !== undefined) this.#upsert(line, dwParam2, isOwner(dwParam3), true);
        // Nobody wants its address; its handle is owed all the same.
        else if (calls.byHandle(dwParam2) === undefined) void feed.refuse(dwParam2, device);
        break;
      }
      case LINE.CALLSTATE: {
        const call = this.#callOf(message);
        if (call === undefined) break;
        call.heard(heardAtMs);
        this.#noteConference(message);
        call.line.device.queue.add(() => feed.reportState(call, dwParam1, dwParam2, { heardAtMs }));
        break;
      }
      case LINE.CALLINFO: {
        const call = calls.byHandle(hDevice);
        if (call === undefined) return this.#keepUnclaimed(message);
        call.heard(heardAtMs);
        if (call.demandInfo()) call.line.device.queue.add(() => feed.reportInfo(call));
        break;
      }
      case LINE.CLOSE: {
        const device = this.#deviceOf(message);
        // By its instance it may be about either line of a device that was removed and has come back.
        this.#options.context.devices.heardClose(hDevice);
        // Otherwise it is about an older handle, or overtakes lineOpen's return.
        if (device !== undefined && device.handle !== 0 && device.handle === hDevice) {
          keeper.closed(device);
        }
        break;
      }
      case LINE.LINEDEVSTATE:
        this.#handleDevState(message);
        break;
      case LINE.ADDRESSSTATE: {
        const device = this.#deviceOf(message);
        if (device === undefined) break;
        const caps = has(dwParam2, LINEADDRESSSTATE.CAPSCHANGE);
        statuses.refresh(device, { status: true, caps });
        break;
      }
      // Parameters that only the vendor knows; something that it reports by its own means has changed.
      case LINE.DEVSPECIFIC: {
        const device = this.#deviceOf(message);
        if (device !== undefined) statuses.refresh(device, { status: true });
        break;
      }
      case LINE.AGENTSTATUS: {
        const line = this.#deviceOf(message)?.lineAt(dwParam1);
        if (line !== undefined) agents.refresh(line);
        break;
      }
      // An agent handler has come, or is gone.
      case LINE.PROXYSTATUS: {
        const device = this.#deviceOf(message);
        if (device !== undefined) agents.refreshAll(device);
        break;
      }
      case LINE.CREATE:
        void keeper.keep(dwParam1, true);
        break;
      case LINE.REMOVE:
        keeper.remove(dwParam1);
        break;
      default:
        log.debug("TAPI message {messageId} is not used", { messageId: message.dwMessageID });
    }
  }

  /**
   * Registers a call that the program made itself: TAPI announces it by no LINE_APPNEWCALL.
   * Messages that came for its handle before are handled now.
   *
   * @param line The line that the command named; its address may be another line by now.
   * @returns `undefined` if that line is not wanted: then the handle is given back.
   */
  adopt({ device, addressId }: TapiLine, handle: number, made: MadeBy): TapiCall | undefined {
    const line = device.lineAt(addressId);
    if (line === undefined) {
      void this.#options.feed.refuse(handle, device);
      return undefined;
    }
    const call = this.#upsert(line, handle, true, true);
    call.setMade(made);
    const unclaimed = this.#unclaimed;
    this.#unclaimed = unclaimed.filter(({ hDevice }) => hDevice !== handle);
    for (const message of unclaimed) if (message.hDevice === handle) this.handle(message);
    return call;
  }

  /** Removes a call that the phone system no longer has. */
  end(call: TapiCall): Promise<void> {
    return call.line.device.queue.run(() => this.#options.feed.reportEnd(call));
  }

  /** Reads the settings of a line again. */
  settingsChanged(line: TapiLine): void {
    const { statuses, agents } = this.#options;
    statuses.refresh(line.device, { status: true });
    if (line.agent.isKnown) agents.refresh(line);
  }

  /** Asks for the state of a call whose handle seems to be dead. */
  doubt(call: TapiCall): void {
    call.line.device.queue.add(() => this.#options.feed.check(call));
  }

  /** Forgets messages for unknown handles, unless a request may still turn out to have made one. */
  forgetUnclaimed(): void {
    if (this.#options.replies.outstanding === 0) this.#unclaimed = [];
  }

  #upsert(line: TapiLine, handle: number, owned: boolean, isPlaced: boolean): TapiCall {
    const { context: { calls, clock }, feed } = this.#options;
    const known = calls.byHandle(handle);
    if (known !== undefined && known.line.device !== line.device) feed.loseCall(known);
    return calls.upsert(line, handle, { owned, isPlaced, heardAtMs: clock.uptimeMs() });
  }

  /** CONFERENCED names the conference that the call is part of. */
  #noteConference({ dwParam1, dwParam2 }: LineMessage): void {
    if (callStateOf(dwParam1) !== LINECALLSTATE.CONFERENCED) return;
    this.#options.context.calls.byHandle(dwParam2)?.setMade({ isConference: true });
  }

  #handleDevState(message: LineMessage): void {
    const { context, statuses, services } = this.#options;
    const { dwParam1: states, dwParam2: forwardedMessage } = message;
    // With another value, REINIT only reports a message that this API version does not have.
    if (has(states, LINEDEVSTATE.REINIT) && forwardedMessage === 0) {
      return context.giveUp(lineErrorName(LINEERR.REINIT));
    }
    const device = this.#deviceOf(message);
    if (device === undefined) return;
    const { CAPSCHANGE, DEVSPECIFIC, MSGWAITOFF, MSGWAITON } = LINEDEVSTATE;
    if ((states & SERVICE_STATES) !== 0) {
      device.queue.add(() => services.heard(device, states));
    }
    if (has(states, MSGWAITON) || has(states, MSGWAITOFF)) {
      device.queue.add(() => statuses.heardMessageWaiting(device, has(states, MSGWAITON)));
    }
    if (has(states, DEVSPECIFIC)) statuses.refresh(device, { status: true });
    if (has(states, CAPSCHANGE)) statuses.refresh(device, { caps: true });
  }

  #deviceOf({ dwCallbackInstance, hDevice }: LineMessage): LineDevice | undefined {
    const { devices } = this.#options.context;
    return devices.byInstance(dwCallbackInstance) ?? devices.byHandle(hDevice);
  }

  /** The call of a LINE_CALLSTATE; added if the message says that the handle is new. */
  #callOf(message: LineMessage): TapiCall | undefined {
    const { calls, devices } = this.#options.context;
    const { hDevice, dwParam3: newPrivilege } = message;
    const owned = isOwner(newPrivilege);
    const known = calls.byHandle(hDevice);
    if (known !== undefined) {
      // 0: unchanged.
      if (newPrivilege !== 0) known.setOwned(owned);
      return known;
    }
    const device = newPrivilege === 0 ? undefined : devices.byInstance(message.dwCallbackInstance);
    const [line] = device?.lines ?? [];
    if (device !== undefined && line !== undefined && device.takesCalls && hDevice !== 0) {
      return this.#upsert(line, hDevice, owned, !device.hasAddresses);
    }
    this.#keepUnclaimed(message);
    return undefined;
  }

  #keepUnclaimed(message: LineMessage): void {
    if (this.#options.replies.outstanding > 0 && this.#unclaimed.length < MOST_UNCLAIMED) {
      this.#unclaimed.push(message);
    } else {
      log.debug("TAPI message {messageId} is for an unknown call", {
        messageId: message.dwMessageID,
      });
    }
  }
}

function isOwner(privilege: number): boolean {
  return privilege === LINECALLPRIVILEGE.OWNER;
}
