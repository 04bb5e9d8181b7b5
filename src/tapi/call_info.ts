/** What the program uses of a LINECALLINFO: no more is decoded, for it is read most of all structs. */
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
