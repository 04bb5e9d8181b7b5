/** How the connection to the telephony service is doing, for those who ask whether the program works. */
import type { LineStatus } from "./events.ts";

export interface ServiceStatus {
  /** `up` while TAPI is initialised and answers; `down` while it is not available. */
  readonly provider: "up" | "down";
  readonly lines: {
    readonly open: number;
    readonly closed: number;
    readonly failed: number;
    readonly outOfService: number;
  };
  /** Seconds since TAPI's last message, or `null` before the first. */
  readonly lastMessageAgeSeconds: number | null;
  /** Seconds since the telephony service last answered a probe, or `null` before the first. */
  readonly lastProbeAgeSeconds: number | null;
  /** The lines that are not open. */
  readonly troubles: readonly {
    readonly line: string;
    readonly status: LineStatus;
    /** The symbolic TAPI error, where one is the cause. */
    readonly error?: string;
  }[];
  /** Functions of the TAPI library that have not returned for long. */
  readonly hanging: readonly {
    readonly fn: string;
    readonly line?: string;
    readonly forSeconds: number;
  }[];
}

export interface StatusPort {
  status(): ServiceStatus;
}
