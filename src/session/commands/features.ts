/** Feature bits: whether calls and lines have them. What a driver does not report is not ruled out. */
import type { CallStatus } from "../../tapi/calls.ts";
import {
  has,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINETRANSFERMODE,
} from "../../tapi/constants.ts";
import { callStateName } from "../calls/states.ts";
import type { AddressFeatures } from "../description.ts";
import { unsupported } from "./errors.ts";

const { PARKDIRECT, PARKNONDIRECT, TRANSFERCONF, TRANSFERNORM } = LINECALLFEATURE2;
const PARK_KINDS = PARKDIRECT | PARKNONDIRECT;
const TRANSFER_KINDS = TRANSFERNORM | TRANSFERCONF;

/** The features that the calls of one line have now, one of them or both together. */
export class CallFeatures {
  readonly #ever: AddressFeatures;
  readonly #now: readonly (CallStatus | undefined)[];

  /** @param now The answer of lineGetCallStatus for each call, if there is one. */
  constructor(ever: AddressFeatures, now: readonly (CallStatus | undefined)[]) {
    this.#ever = ever;
    this.#now = now;
  }

  /** LINECALLSTATE_ of each call, 0 if it is not known. */
  get states(): readonly number[] {
    return this.#now.map((status) => status?.dwCallState ?? 0);
  }

  /** Whether any of these LINECALLFEATURE_ bits may be used. */
  allows(features: number): boolean {
    if (isNever(this.#ever, features)) return false;
    // Drivers that do not keep features report none at all.
    return this.#now.some((status) =>
      status === undefined || status.dwCallFeatures === 0 ||
      (status.dwCallFeatures & features) !== 0
    );
  }

  /** Whether a driver says itself that the feature may be used now. */
  offers(feature: number): boolean {
    return this.#now.some((status) => ((status?.dwCallFeatures ?? 0) & feature) !== 0);
  }

  /** Whether a call can be parked so; one LINECALLFEATURE2_PARK bit. */
  allowsPark(kind: number): boolean {
    return this.#allowsKind(kind, PARK_KINDS);
  }

  /** Whether two calls can be made a conference by lineCompleteTransfer. */
  get allowsTransferToConference(): boolean {
    const { transferModes } = this.#ever;
    if (transferModes !== 0 && !has(transferModes, LINETRANSFERMODE.CONFERENCE)) return false;
    return this.#allowsKind(TRANSFERCONF, TRANSFER_KINDS);
  }

  /** A driver that reports none of the kinds does not keep them. */
  #allowsKind(kind: number, kinds: number): boolean {
    const ever = this.#ever.call2 & kinds;
    if (ever !== 0 && (ever & kind) === 0) return false;
    const now = this.#now.reduce((all, status) => all | (status?.dwCallFeatures2 ?? 0), 0) & kinds;
    return now === 0 || (now & kind) !== 0;
  }
}

/** Whether the line's calls never have any of these LINECALLFEATURE_ bits. */
export function isNever({ call }: AddressFeatures, features: number): boolean {
  return call !== 0 && (call & features) === 0;
}

/** Why a command is refused that the line's calls never take. */
export function neverText(features: number): string {
  return `The line's calls never allow it: they lack ${namesOf(LINECALLFEATURE, features)}`;
}

/** Why a command is refused that the calls do not take now. */
export function notNowText(features: number, states: readonly number[]): string {
  const known = states.filter((state) => state !== 0).map(callStateName);
  const inState = known.length === 0 ? "" : ` in the state ${known.join(" and ")}`;
  return `It cannot be done now: the call lacks ${namesOf(LINECALLFEATURE, features)}${inState}`;
}

/** @throws CommandFailure if LINEADDRFEATURE_ bits are known, and none of the needed ones is there. */
export function demandOneOf(known: number, needed: number, when: "never" | "now"): void {
  if (known === 0 || (known & needed) !== 0) return;
  const allows = when === "never" ? "never allows it" : "does not allow it now";
  throw unsupported(`The line ${allows}: it lacks ${namesOf(LINEADDRFEATURE, needed)}`);
}

function namesOf(
  constants: typeof LINECALLFEATURE | typeof LINEADDRFEATURE,
  features: number,
): string {
  const prefix = constants === LINECALLFEATURE ? "LINECALLFEATURE_" : "LINEADDRFEATURE_";
  return Object.entries(constants)
    .flatMap(([name, bit]) => (features & bit) === 0 ? [] : prefix + name)
    .join(" or ");
}
