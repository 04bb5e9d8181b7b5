/** The settings of a telephone, beside where its calls go: what its person has set, and what is kept for them. */

export interface PhoneSettings {
  /** The extension of the user who is logged in; "" if nobody is. */
  readonly user: string;
  /** Whether a second call rings during a call. */
  readonly callWaiting: boolean;
  /** Whether the mailbox takes calls that nobody answers. */
  readonly voicemail: boolean;
  readonly unreadMessages: number;
  readonly readMessages: number;
  /** The hunt groups of the user; `false`: left for the time being. */
  readonly groups: ReadonlyMap<string, boolean>;
  /** A text that callers see; "" if none is set. */
  readonly absence: string;
  /** The account code of the current call; "" without one. */
  readonly account: string;
  /** The number that forwarding uses on exchanges that keep one for all cases; "" at first. */
  readonly forwardNumber: string;
}

/** @param user The extension whose telephone it is. */
export function firstSettings(user: string): PhoneSettings {
  return {
    user,
    callWaiting: false,
    voicemail: true,
    unreadMessages: 0,
    readMessages: 0,
    groups: new Map(),
    absence: "",
    account: "",
    forwardNumber: "",
  };
}
