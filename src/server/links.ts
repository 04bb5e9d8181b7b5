/** The links of a call, made of the settings' URLs and what is known of the call. Pure. */
import type { Call, Party } from "../model/call.ts";
import {
  type Link,
  LINK_PLACEHOLDERS,
  type LinkPlaceholder,
  type LinkRule,
} from "../model/link.ts";
import { matchesAny } from "../patterns.ts";

const PLACEHOLDER = new RegExp(
  LINK_PLACEHOLDERS.map((placeholder) => placeholder.replace(/[{}]/g, "\\$&")).join("|"),
  "g",
);

/**
 * The links of the call's line whose placeholders all have a value: one with `{id}` appears when a
 * directory has named the caller.
 */
export function linksOf(call: Call, rules: readonly LinkRule[]): readonly Link[] | undefined {
  if (rules.length === 0) return undefined;
  const values = valuesOf(call);
  const links = rules.flatMap(({ name, url, on, lines }): Link[] => {
    if (!matchesAny(lines, call.line)) return [];
    const filled = fill(url, values);
    return filled === undefined ? [] : [{ name, url: filled, on }];
  });
  return links.length === 0 ? undefined : links;
}

function valuesOf(call: Call): Readonly<Record<LinkPlaceholder, string>> {
  const { number, name, e164 = "", directory } = otherEnd(call);
  return {
    "{e164}": e164,
    "{number}": number,
    "{name}": directory?.name || name,
    "{company}": directory?.company ?? "",
    "{id}": directory?.id ?? "",
    "{line}": call.line,
    "{called}": call.called.number,
    "{callId}": call.callId === "0x0" ? "" : call.callId,
  };
}

/** The URL; `undefined` if a placeholder has no value. */
function fill(
  template: string,
  values: Readonly<Record<LinkPlaceholder, string>>,
): string | undefined {
  const isWeb = template.startsWith("http");
  let isComplete = true;
  const url = template.replaceAll(PLACEHOLDER, (placeholder) => {
    const value = values[placeholder as LinkPlaceholder];
    // Callers choose their names, and these would lead to another folder.
    if (value === "" || value === "." || value === "..") isComplete = false;
    // Drivers cut texts in the middle of a character.
    const escaped = encodeURIComponent(value.toWellFormed());
    // A + is a blank in a web address only.
    return isWeb ? escaped : escaped.replaceAll("%2B", "+");
  });
  return isComplete ? url : undefined;
}

/** The party that the line's user talks to. */
function otherEnd({ direction, caller, called, connected }: Call): Party {
  const isKnown = ({ number, name }: Party) => number !== "" || name !== "";
  if (direction === "in") return caller;
  if (direction === "out") return isKnown(connected) ? connected : called;
  return isKnown(caller) || !isKnown(called) ? caller : called;
}
