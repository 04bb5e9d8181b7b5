/** How a call is named. */

/** The program's own number for a call: never used twice, never a TAPI handle. */
export type CallId = number;
