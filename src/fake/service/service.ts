/** The parts that the functions of the fake library work on, and the way that they answer. */
import type { TapiLibrary } from "../../tapi/library.ts";
import type { Lacks } from "../exchange/abilities.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { Refusal } from "../refusal.ts";
import type { Devices } from "./devices.ts";
import type { Handles } from "./handles.ts";
import type { Quirks } from "./quirks.ts";
import type { Requests } from "./requests.ts";

export interface Service {
  readonly exchange: Exchange;
  readonly devices: Devices;
  readonly handles: Handles;
  readonly requests: Requests;
  readonly quirks: Quirks;
  readonly lacks: Lacks;
  /** LINEERR_ codes by extension, for lines that cannot be opened. */
  readonly openErrors: Readonly<Record<string, number>>;
  /** Called when the first application initialises. */
  startLife(): void;
}

/** The library's functions, all of them there. */
export type CompleteLibrary = { readonly [F in keyof TapiLibrary]: NonNullable<TapiLibrary[F]> };

/** The functions, which give a request id or nothing at once and throw what they refuse. */
export type Functions = {
  readonly [F in Exclude<keyof TapiLibrary, "lineGetMessage" | "lineGetMessageNow">]: (
    ...args: Parameters<CompleteLibrary[F]>
  ) => number | void;
};

/** Turns refusals into the negative LONGs that TAPI answers. */
export function answer(fn: () => number | void): number {
  try {
    return (fn() ?? 0) | 0;
  } catch (error) {
    if (error instanceof Refusal) return error.code | 0;
    throw error;
  }
}

/** Some of the functions, as far as they need no more than the service. */
export function functionsOf<F extends Partial<Functions>>(
  make: (service: Service) => F,
): (service: Service) => F {
  return make;
}
