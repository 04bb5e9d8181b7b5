/** Links: pages and applications to open for a call. */

/** When clients open a link by themselves: while the call rings, once it is answered, or not. */
export const LINK_MOMENTS = ["ring", "answer", "demand"] as const;
export type LinkMoment = typeof LINK_MOMENTS[number];

/** Schemes that do no harm when a page opens them. */
export const LINK_SCHEMES = ["https", "http", "tel", "sip", "sips", "callto", "mailto"] as const;

/** The parts of a link's URL that are taken from the call. */
export const LINK_PLACEHOLDERS = [
  "{e164}",
  "{number}",
  "{name}",
  "{company}",
  "{id}",
  "{line}",
  "{called}",
  "{callId}",
] as const;
export type LinkPlaceholder = typeof LINK_PLACEHOLDERS[number];

/** A link as the settings have it. */
export interface LinkRule {
  readonly name: string;
  /** A URL with placeholders. */
  readonly url: string;
  readonly on: LinkMoment;
  /** Patterns of the extensions whose calls have it. */
  readonly lines: readonly string[];
}

/** A link of a call. */
export interface Link {
  readonly name: string;
  readonly url: string;
  readonly on: LinkMoment;
}
