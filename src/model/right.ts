/** Rights: the things that an identity may do. */

/**
 * `monitor`: hear events and read the state. `control`: give commands. `supervise`: join or hear the
 * calls of others. `vendor`: send bytes of one's own to the driver. None of them includes another.
 */
export const RIGHTS = ["monitor", "control", "supervise", "vendor"] as const;
export type Right = typeof RIGHTS[number];

/** Everybody's rights on a server without access rules. */
export const EVERYBODYS_RIGHTS: readonly Right[] = ["monitor", "control"];
