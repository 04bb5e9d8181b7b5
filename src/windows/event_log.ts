/**
 * The Application log of Windows. It has the reason when the service cannot start, which may be before
 * logging is configured.
 */
import { encodeText } from "../tapi/text.ts";
import { EVENTLOG } from "./constants.ts";
import { Registry } from "./registry.ts";
import type { Windows } from "./windows.ts";

const SOURCES = "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application";
/** A program of Windows with the message "%1" for every id from 1 to 1000. */
const MESSAGE_FILE = "%SystemRoot%\\System32\\EventCreate.exe";

/** The ids of events. */
const EVENT_ID = { ERROR: 1 } as const;

export class EventLog {
  readonly #windows: Windows;

  /** @param source The source of the events, a name. */
  constructor(windows: Windows, readonly source: string) {
    this.#windows = windows;
  }

  /** Registers the source, so that the event viewer shows its messages. @throws WindowsError */
  install(): void {
    new Registry(this.#windows).set(`${SOURCES}\\${this.source}`, {
      EventMessageFile: { expand: MESSAGE_FILE },
      TypesSupported: EVENTLOG.ERROR_TYPE | EVENTLOG.WARNING_TYPE | EVENTLOG.INFORMATION_TYPE,
    });
  }

  /** @throws WindowsError */
  uninstall(): void {
    new Registry(this.#windows).delete(`${SOURCES}\\${this.source}`);
  }

  /** Writes an error. @throws WindowsError */
  error(text: string): void {
    const { advapi32 } = this.#windows;
    const log = this.#windows.check(
      "RegisterEventSourceW",
      advapi32.RegisterEventSourceW(null, encodeText(this.source)),
    );
    using arena = this.#windows.arena();
    const strings = new Uint8Array(new BigUint64Array([arena.text(text)]).buffer);
    const reported = advapi32.ReportEventW(
      log,
      EVENTLOG.ERROR_TYPE,
      0,
      EVENT_ID.ERROR,
      0n,
      1,
      0,
      strings,
      0n,
    );
    const code = this.#windows.errorOf(reported);
    advapi32.DeregisterEventSource(log);
    this.#windows.checkCode("ReportEventW", code);
  }
}
