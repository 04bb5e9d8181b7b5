/** What the functions of the fake library share: the parts they work on and how they answer. */
import type { TapiLibrary } from "../tapi/library.ts";
import type { Announcer } from "./announcer.ts";
import type { Handles } from "./handles.ts";
import { Refusal } from "./model.ts";
import type { Quirks } from "./quirks.ts";
import type { Requests } from "./requests.ts";
import type { Switchboard } from "./switchboard.ts";

export interface Service {
  readonly handles: Handles;
  readonly switchboard: Switchboard;
  readonly announcer: Announcer;
  readonly requests: Requests;
  readonly quirks: Quirks;
  readonly lacks: Lacks;
}

/** Features that the exchange does not have: bits of LINECALLFEATURE_, LINECALLFEATURE2_, LINEADDRFEATURE_. */
export interface Lacks {
  readonly call: number;
  readonly call2: number;
  readonly address: number;
}

export const LACKS_NOTHING: Lacks = { call: 0, call2: 0, address: 0 };

/** Turns refusals into the negative LONGs that TAPI answers. */
export function answer(fn: () => number | void): number {
  try {
    return (fn() ?? 0) | 0;
  } catch (error) {
    if (error instanceof Refusal) return error.code | 0;
    throw error;
  }
}

/** As {@linkcode answer}, in a promise, as nonblocking FFI calls do. */
export function answerLater(fn: () => number | void): Promise<number> {
  return Promise.resolve(answer(fn));
}

/** The library's functions, all of them there. */
export type Complete = { readonly [K in keyof TapiLibrary]: NonNullable<TapiLibrary[K]> };
