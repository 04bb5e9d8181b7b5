/** The patterns in which people write sets of extensions, numbers and names: `2*`. */

/** Tells whether a text matches. */
export type Matcher = (text: string) => boolean;

const compiled = new WeakMap<readonly string[], Matcher>();

/** Whether a text matches one of the patterns, in which `*` stands for any characters, or none. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  let matcher = compiled.get(patterns);
  if (matcher === undefined) compiled.set(patterns, matcher = matcherOf(patterns));
  return matcher(text);
}

/**
 * The patterns that match a text where the given ones match it with a beginning before it.
 * `["berlin/2*", "*1"]` after `berlin/` -> `["2*", "*1"]`
 */
export function patternsAfter(beginning: string, patterns: readonly string[]): string[] {
  // Else a pattern of many * would have as many after each character.
  let rest = new Set(patterns.map((pattern) => pattern.replaceAll(/\*+/g, "*")));
  for (const character of beginning) {
    rest = new Set([...rest].flatMap((pattern) => patternsAfterOne(character, pattern)));
  }
  return [...rest];
}

function patternsAfterOne(character: string, pattern: string): string[] {
  if (pattern.startsWith("*")) return [pattern, ...patternsAfterOne(character, pattern.slice(1))];
  return pattern.startsWith(character) ? [pattern.slice(character.length)] : [];
}

/**
 * Compiles patterns once for many texts. The time for a text grows with its length, whatever the
 * patterns are: regular expressions would backtrack.
 */
export function matcherOf(patterns: readonly string[]): Matcher {
  const exact = new Set<string>();
  const wildcards: Matcher[] = [];
  for (const pattern of patterns) {
    if (pattern.includes("*")) wildcards.push(wildcard(pattern));
    else exact.add(pattern);
  }
  return (text) => exact.has(text) || wildcards.some((matches) => matches(text));
}

function wildcard(pattern: string): Matcher {
  const parts = pattern.split("*");
  const start = parts.shift() ?? "";
  const end = parts.pop() ?? "";
  const between = parts.filter((part) => part !== "");
  return (text) => {
    if (!text.startsWith(start) || !text.endsWith(end)) return false;
    let from = start.length;
    // The first place is the best: it leaves the most for what follows.
    for (const part of between) {
      const at = text.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return from + end.length <= text.length;
  };
}
