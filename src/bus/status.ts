/** How the connection to the telephony service is doing, for those who ask whether the program works. */
export interface ServiceStatus {
  /** `up` from the moment TAPI is initialised until it is shut down. */
  readonly provider: "up" | "down";
  readonly lines: { readonly open: number; readonly closed: number; readonly failed: number };
  /** Seconds since TAPI's last message, or `null` before the first. */
  readonly lastMessageAgeSeconds: number | null;
}

export interface StatusPort {
  status(): ServiceStatus;
}
