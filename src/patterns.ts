/** The patterns in which people write sets of extensions, numbers and names: `2*`. */

/** Whether a text matches one of the patterns, in which `*` stands for any characters, or none. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => {
    const source = pattern.split("*").map(RegExp.escape).join(".*");
    return new RegExp(`^${source}$`, "s").test(text);
  });
}
