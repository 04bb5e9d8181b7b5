/** Why a port cannot be listened on, in words for the administrator. */
import { describeError } from "../../log.ts";

/** The port cannot be listened on. The message is for the administrator. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Listens on an address. @throws ListenError */
export function listenOn<T>(
  { host, port }: { readonly host: string; readonly port: number },
  listen: () => T,
): T {
  try {
    return listen();
  } catch (error) {
    const message = `Cannot listen on ${host}:${port}: ${listenProblem(error)}`;
    throw new ListenError(message, { cause: error });
  }
}

/** The runtime's error in words. */
export function listenProblem(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "another program uses the port";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not permit it";
  return describeError(error);
}
