/** The members of a LINECALLINFO that the program uses; no other struct is decoded as often. */
import type { Decoded } from "./layout.ts";
import { LINECALLINFO } from "./structs.ts";

const MEMBERS = [
  "dwAddressID",
  "dwCallID",
  "dwRelatedCallID",
  "dwOrigin",
  "dwReason",
  "dwTrunk",
  "dwCallerIDFlags",
  "CallerID",
  "CallerIDName",
  "dwCalledIDFlags",
  "CalledID",
  "CalledIDName",
  "dwConnectedIDFlags",
  "ConnectedID",
  "ConnectedIDName",
  "dwRedirectionIDFlags",
  "RedirectionID",
  "RedirectionIDName",
  "dwRedirectingIDFlags",
  "RedirectingID",
  "RedirectingIDName",
  "CallData",
] as const;

export type RawCallInfo = Pick<Decoded<typeof LINECALLINFO>, typeof MEMBERS[number]>;

export function decodeCallInfo(info: Uint8Array, apiVersion: number): RawCallInfo {
  return LINECALLINFO.decode(info, apiVersion, MEMBERS);
}
