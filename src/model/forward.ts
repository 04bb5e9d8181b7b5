/** Forwarding: when a line's calls go elsewhere, and where. */

/** When a line's calls are forwarded. */
export const FORWARD_CASES = ["always", "busy", "no_answer"] as const;
export type ForwardCase = typeof FORWARD_CASES[number];

export interface Forward {
  readonly when: ForwardCase;
  /** A number; "" if calls are refused instead (do not disturb). */
  readonly to: string;
}
