/** Telephone numbers: how a site writes them, and what is known of one. */

/**
 * How numbers are written. `local`: as from any telephone of the place, without a phone system:
 * `030123456`, `0044…`. `outside`: the same after the digits for an outside line. `national`: with the
 * area code, but without the digits before it: `30123456`. `e164`: with the country code and no prefix,
 * with or without `+`: `4930123456`.
 */
export const NUMBER_FORMS = ["local", "outside", "national", "e164"] as const;
export type NumberForm = typeof NUMBER_FORMS[number];

/**
 * How the phone system takes numbers, after the digits for an outside line. `local`: within the country
 * with the area code, abroad with the international prefix. `international`: always with the
 * international prefix. `e164`: `+`, the country code and the rest; nothing stands before it.
 */
export const DIAL_FORMS = ["local", "international", "e164"] as const;
export type DialForm = typeof DIAL_FORMS[number];

/** The writer of a number: people, to dial it; the phone system, for a caller or a called party. */
export const NUMBER_SOURCES = ["written", "caller", "called"] as const;
export type NumberSource = typeof NUMBER_SOURCES[number];

/** The facts about a number, in addition to its digits. */
export interface NumberFacts {
  /** The number as ITU-T E.164 has it, `+` and at most 15 digits; left out unless it is one. */
  readonly e164?: string;
  /** For people: as it is written in the country of the site, and `+…` for others; it can be dialled. */
  readonly national?: string;
  /** It is an extension of the phone system. */
  readonly internal?: true;
}

/** A step on the way from a text to a number, in words. */
export interface NumberStep {
  readonly why: string;
  readonly result: string;
}

/** A number as read, and what is dialled for it. */
export interface NumberReading extends NumberFacts {
  readonly text: string;
  readonly steps: readonly NumberStep[];
  /** The digits for the phone system; left out if the text is not a number. */
  readonly dials?: string;
  /** Why the text is not dialled. */
  readonly problem?: string;
}

/** An example of a site's numbers, which is verified when the program starts. */
export type NumberExample =
  & { readonly [S in NumberSource]?: string | undefined }
  & {
    /** The number in E.164; "": none. */
    readonly e164?: string | undefined;
    /** The digits that are dialled for it. */
    readonly dials?: string | undefined;
    readonly internal?: boolean | undefined;
  };

/** How numbers are written and dialled at a site. */
export interface NumberRules {
  /** ISO 3166-1, two letters. */
  readonly country: string;
  /** As after the country code: no digit before it that is only dialled within the country. */
  readonly areaCode?: string | undefined;
  /** The digits for an outside line; "": none. */
  readonly outsidePrefix: string;
  /** The digits before a country code; by default those of the country. */
  readonly internationalPrefix?: string | undefined;
  /** The digits before an area code; by default those of the country. */
  readonly trunkPrefix?: string | undefined;
  readonly callerForm: NumberForm;
  /** When left out, `outside` if there is an {@linkcode outsidePrefix}, else `local`. */
  readonly calledForm?: NumberForm | undefined;
  readonly writtenForm: NumberForm;
  readonly dialForm: DialForm;
  readonly extensionLengths: readonly number[];
  /** Numbers that are dialled as they are, beside the country's emergency numbers. */
  readonly unchanged: readonly string[];
  readonly examples: readonly NumberExample[];
}
