/** Rights: the things that an identity may do. */

/** `monitor`: hear events and read the state. `control`: give commands. */
export const RIGHTS = ["monitor", "control"] as const;
export type Right = typeof RIGHTS[number];
