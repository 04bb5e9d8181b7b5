/** What can be done with calls, as far as their provider tells: what is not known is not ruled out. */
import { LINECALLFEATURE, LINECALLFEATURE2 } from "../../tapi/constants.ts";
import type { DeviceFeatures } from "../handles.ts";
import { callStateName } from "../signals.ts";
import type { CallStatus } from "../lines/status_feed.ts";

const { PARKDIRECT, PARKNONDIRECT, TRANSFERCONF, TRANSFERNORM } = LINECALLFEATURE2;
const PARK_KINDS = PARKDIRECT | PARKNONDIRECT;
const TRANSFER_KINDS = TRANSFERNORM | TRANSFERCONF;

/** What the calls of one line can do now, one of them or both together. */
export class CallFeatures {
  readonly #ever: DeviceFeatures;
  readonly #now: readonly (CallStatus | undefined)[];

  /** @param now What lineGetCallStatus says of each call, where it says something. */
  constructor(ever: DeviceFeatures, now: readonly (CallStatus | undefined)[]) {
    this.#ever = ever;
    this.#now = now;
  }

  /** LINECALLSTATE_ of each call, 0 where it is not known. */
  get states(): readonly number[] {
    return this.#now.map((status) => status?.dwCallState ?? 0);
  }

  /** Whether any of these LINECALLFEATURE_ bits may be used. */
  allows(features: number): boolean {
    if (isNever(this.#ever, features)) return false;
    // Providers report no feature at all where they do not keep them.
    return this.#now.some((status) =>
      status === undefined || status.dwCallFeatures === 0 ||
      (status.dwCallFeatures & features) !== 0
    );
  }

  /** Whether a provider says itself that the feature may be used now. */
  offers(feature: number): boolean {
    return this.#now.some((status) => ((status?.dwCallFeatures ?? 0) & feature) !== 0);
  }

  /** Whether a call can be parked so; one LINECALLFEATURE2_PARK bit. */
  allowsPark(kind: number): boolean {
    return this.#allowsKind(kind, PARK_KINDS);
  }

  /** Whether two calls can be made a conference by lineCompleteTransfer. */
  get allowsTransferToConference(): boolean {
    return this.#allowsKind(TRANSFERCONF, TRANSFER_KINDS);
  }

  /** A provider that says nothing of any of the kinds does not keep them. */
  #allowsKind(kind: number, kinds: number): boolean {
    const ever = this.#ever.call2 & kinds;
    if (ever !== 0 && (ever & kind) === 0) return false;
    const now = this.#now.reduce((all, status) => all | (status?.dwCallFeatures2 ?? 0), 0) & kinds;
    return now === 0 || (now & kind) !== 0;
  }
}

/** Whether the line's calls never have any of these LINECALLFEATURE_ bits. */
export function isNever({ call }: DeviceFeatures, features: number): boolean {
  return call !== 0 && (call & features) === 0;
}

/** Why something is not done that the line's calls never allow. */
export function neverText(features: number): string {
  return `The line's calls never allow it: they lack ${featureNames(features)}`;
}

/** Why something is not done that the calls do not allow now. */
export function notNowText(features: number, states: readonly number[]): string {
  const known = states.filter((state) => state !== 0).map(callStateName);
  const inState = known.length === 0 ? "" : ` in the state ${known.join(" and ")}`;
  return `It cannot be done now: the call lacks ${featureNames(features)}${inState}`;
}

function featureNames(features: number): string {
  return Object.entries(LINECALLFEATURE)
    .flatMap(([name, bit]) => (features & bit) === 0 ? [] : `LINECALLFEATURE_${name}`)
    .join(" or ");
}
