/** The findings of the doctor. */

/** The result of one check. `note`: it works, but the administrator should know. */
export interface Finding {
  readonly about: string;
  readonly result: "fine" | "note" | "wrong";
  readonly message: string;
  /** The remedy. */
  readonly advice?: string | undefined;
}

export function fine(about: string, message: string): Finding {
  return { about, result: "fine", message };
}

export function note(about: string, message: string, advice?: string): Finding {
  return { about, result: "note", message, advice };
}

export function wrong(about: string, message: string, advice: string | undefined): Finding {
  return { about, result: "wrong", message, advice };
}

/** The finding as it is printed. */
export function lineOf({ about, result, message, advice }: Finding): string {
  const line = `${result.padEnd(6)}${about}: ${message}`;
  return advice === undefined ? line : `${line}\n      -> ${advice}`;
}
