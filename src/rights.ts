/**
 * The only module that opens native libraries. main.ts imports it first, before any package runs.
 *
 * On Windows, it opens tapi32.dll, kernel32.dll and advapi32.dll in System32 while it is evaluated,
 * then gives up the permission. After that, the process cannot open libraries, and cannot make
 * functions or pointers for native code. Libraries that are open keep working.
 */
import { LibraryError, type TapiLibrary } from "./tapi/library.ts";
import { TAPI_SYMBOLS } from "./tapi/symbols.ts";
import type { ServiceCallbacks } from "./windows/service_process.ts";
import { ADVAPI32_SYMBOLS, KERNEL32_SYMBOLS, SERVICE_CALLBACKS } from "./windows/symbols.ts";
import { Windows } from "./windows/windows.ts";

const LONGEST_PATH_CHARACTERS = 260;

/** The libraries of Windows that are open. */
export interface WindowsRights {
  readonly windows: Windows;
  readonly serviceCallbacks: ServiceCallbacks;
  /** The path of TAPI's library. */
  readonly tapi32Path: string;
  /** TAPI's library, or the reason that it cannot be opened. */
  readonly tapi32: TapiLibrary | Error;
}

/** `undefined` on other systems, and without the permission to open libraries. */
export const WINDOWS_RIGHTS: WindowsRights | undefined = onWindows();

/**
 * Opens TAPI's library.
 *
 * The library stays loaded for the life of the process: unloading it under a function that never
 * returned would crash.
 *
 * @param path The library to open; on Windows, only the one in System32 can be.
 * @throws LibraryError when it cannot be opened or lacks a function that TAPI always has.
 */
export function openTapi32(path: string): TapiLibrary {
  if (Deno.build.os !== "windows") {
    return opened(path, () => Deno.dlopen(path, TAPI_SYMBOLS).symbols);
  }
  return opened(path, () => {
    if (WINDOWS_RIGHTS === undefined) {
      throw new Error("the process has no permission to open libraries");
    }
    const { tapi32, tapi32Path } = WINDOWS_RIGHTS;
    if (path.toLowerCase() !== tapi32Path.toLowerCase()) {
      throw new Error(`only ${tapi32Path} can be opened`);
    }
    if (tapi32 instanceof Error) throw tapi32;
    return tapi32;
  });
}

function opened(path: string, open: () => TapiLibrary): TapiLibrary {
  try {
    return open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LibraryError(`Cannot open the TAPI library "${path}": ${reason}`, { cause: error });
  }
}

function onWindows(): WindowsRights | undefined {
  const mayOpen = Deno.permissions.querySync({ name: "ffi" }).state === "granted";
  if (Deno.build.os !== "windows" || !mayOpen) return undefined;
  // kernel32.dll is loaded in every process, so its name alone cannot find another file.
  const { symbols: kernel32 } = Deno.dlopen("kernel32.dll", KERNEL32_SYMBOLS);
  const folder = systemFolder(kernel32);
  const tapi32Path = `${folder}\\tapi32.dll`;
  const { symbols: advapi32 } = Deno.dlopen(`${folder}\\advapi32.dll`, ADVAPI32_SYMBOLS);
  const rights: WindowsRights = {
    windows: new Windows(kernel32, advapi32, folder),
    serviceCallbacks: serviceCallbacks(),
    tapi32Path,
    tapi32: tapi32(tapi32Path),
  };
  Deno.permissions.revokeSync({ name: "ffi" });
  return rights;
}

function systemFolder(kernel32: Windows["kernel32"]): string {
  const buffer = new Uint8Array(LONGEST_PATH_CHARACTERS * 2);
  const length = kernel32.GetSystemDirectoryW(buffer, LONGEST_PATH_CHARACTERS);
  return new TextDecoder("utf-16le").decode(buffer.subarray(0, length * 2));
}

function tapi32(path: string): TapiLibrary | Error {
  try {
    return Deno.dlopen(path, TAPI_SYMBOLS).symbols;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Makes the functions that the service control manager calls; they pass calls to a listener. */
function serviceCallbacks(): ServiceCallbacks {
  let listener: Parameters<ServiceCallbacks["listen"]>[0] | undefined;
  const main = new Deno.UnsafeCallback(
    SERVICE_CALLBACKS.serviceMain,
    () => listener?.serviceMain(),
  );
  const handler = new Deno.UnsafeCallback(
    SERVICE_CALLBACKS.handler,
    (control) => listener?.handler(control) ?? 0,
  );
  return {
    main: Deno.UnsafePointer.value(main.pointer),
    handler: Deno.UnsafePointer.value(handler.pointer),
    listen: (to) => listener = to,
  };
}
