/** The numbers of a site: what the digits mean that its phone system and its people write. */
import type { NumberForm, NumberRules } from "../model/number.ts";
import { matchesAny } from "../patterns.ts";
import { BRACKETED_ZERO, type Trace, withoutSeparators } from "./characters.ts";
import { Country, type Subscriber } from "./country.ts";
import { emergencyNumbers } from "./emergency.ts";

/**
 * What digits are. `unchanged`: a number that is dialled as it is, such as an emergency number, or one
 * with `*` or `#`. `unknown`: no number of any plan.
 */
export type Meaning =
  | { readonly kind: "subscriber"; readonly subscriber: Subscriber }
  | { readonly kind: "extension" | "unchanged" | "unknown" };

/**
 * Digits that may lack their area code: fewer are short codes, more have prefixes, and no local number
 * begins with 0 or 1, with which area codes and the short codes of countries begin.
 */
const LOCAL = /^[2-9]\d{4,8}$/;

export class Site {
  readonly #rules: NumberRules;
  readonly #country: Country;
  readonly #emergency: ReadonlySet<string>;

  /** @throws CountryError */
  constructor(rules: NumberRules) {
    this.#rules = rules;
    this.#country = new Country(rules.country, rules);
    this.#emergency = emergencyNumbers(rules.country);
  }

  /**
   * Reads a number.
   *
   * @param text ASCII; separators may be in it.
   * @param form How it is most likely written; what makes no sense so is tried as `local` and `outside`.
   */
  read(text: string, form: NumberForm, trace?: Trace): Meaning {
    const digits = withoutSeparators(text);
    if (digits !== text) {
      trace?.("Blanks, brackets, dots, dashes and slashes are taken out", digits);
    }
    const fixed = this.#unchanged(digits);
    if (fixed !== undefined) {
      trace?.(fixed, digits);
      return { kind: "unchanged" };
    }
    if (this.#isExtension(digits)) {
      trace?.("It has an extension's length", digits);
      return { kind: "extension" };
    }
    const subscriber = BRACKETED_ZERO.test(text)
      // With the zero first: in Italy it is a part of the number; elsewhere it may lead to no number.
      ? this.#subscriber(digits, form, trace) ??
        this.#subscriber(withoutSeparators(text.replace(BRACKETED_ZERO, "")), form, trace)
      : this.#subscriber(digits, form, trace);
    if (subscriber !== undefined) return { kind: "subscriber", subscriber };
    trace?.("The numbering plan has no such number", digits);
    return { kind: "unknown" };
  }

  /** The digits to dial for a number with this meaning. */
  dialled(digits: string, meaning: Meaning, trace?: Trace): string {
    const { outsidePrefix, dialForm } = this.#rules;
    if (meaning.kind !== "subscriber") {
      const isForeign = digits.startsWith("+") && dialForm !== "e164";
      if (!isForeign) return digits;
      const dialled = `${outsidePrefix}${this.#country.internationalPrefix}${digits.slice(1)}`;
      trace?.("The international prefix stands for +", dialled);
      return dialled;
    }
    const { subscriber } = meaning;
    const isOwn = subscriber.countryCode === this.#country.code;
    const dialled = dialForm === "e164"
      ? subscriber.e164
      : dialForm === "local" && isOwn
      ? `${outsidePrefix}${this.#country.dialledWithin(subscriber)}`
      : `${outsidePrefix}${this.#country.internationalPrefix}${subscriber.e164.slice(1)}`;
    trace?.("The phone system is given", dialled);
    return dialled;
  }

  /** Other ways to dial what these digits reach, also with more digits than the number has. */
  spellingsOf(digits: string): readonly string[] {
    const spellings = (["outside", "local"] as const).flatMap((form) => {
      const meaning = this.read(digits, form);
      const subscriber = meaning.kind === "subscriber"
        ? meaning.subscriber
        : meaning.kind === "unknown"
        ? this.#country.unlisted(this.#inside(digits))
        : undefined;
      if (subscriber === undefined) return [];
      return [subscriber.e164, this.dialled(digits, { kind: "subscriber", subscriber })];
    });
    return [...new Set(spellings)];
  }

  /** For people: within the country as it is written there. */
  shown(subscriber: Subscriber): string {
    const { national, international, countryCode, e164 } = subscriber;
    if (countryCode !== this.#country.code) return international;
    // A number that is shown can be dialled again, and is then the same.
    const again = this.read(national, this.#rules.writtenForm);
    return again.kind === "subscriber" && again.subscriber.e164 === e164 ? national : international;
  }

  /** Why digits are dialled as they are; `undefined`: they are not. */
  #unchanged(digits: string): string | undefined {
    const { unchanged } = this.#rules;
    const inside = this.#inside(digits);
    if (this.#emergency.has(digits) || this.#emergency.has(inside)) {
      return "It is an emergency or service number, which is never changed";
    }
    if (matchesAny(unchanged, digits)) return "The settings list it as one that is not changed";
    if (/[*#]/.test(digits)) return "It has * or #: a code, which is not changed";
    return undefined;
  }

  /** Without the digits for an outside line. */
  #inside(digits: string): string {
    const { outsidePrefix } = this.#rules;
    return digits.startsWith(outsidePrefix) ? digits.slice(outsidePrefix.length) : digits;
  }

  #isExtension(digits: string): boolean {
    const { extensionLengths, outsidePrefix } = this.#rules;
    if (digits.startsWith("+") || !extensionLengths.includes(digits.length)) return false;
    return outsidePrefix === "" || !digits.startsWith(outsidePrefix);
  }

  #subscriber(digits: string, form: NumberForm, trace?: Trace): Subscriber | undefined {
    if (digits.startsWith("+")) {
      const subscriber = this.#country.international(digits, true);
      if (subscriber !== undefined) trace?.("It begins with + and a country code", subscriber.e164);
      return subscriber;
    }
    const { outsidePrefix } = this.#rules;
    for (const tried of new Set<NumberForm>([form, "local", "outside"])) {
      if (tried !== "outside") {
        const subscriber = this.#inForm(digits, tried, trace);
        if (subscriber !== undefined) return subscriber;
      } else if (outsidePrefix !== "" && digits.startsWith(outsidePrefix)) {
        const inside = digits.slice(outsidePrefix.length);
        const subscriber = this.#inForm(inside, "local", (why, result) => {
          trace?.(`The outside line's ${outsidePrefix} is taken off`, inside);
          trace?.(why, result);
        });
        if (subscriber !== undefined) return subscriber;
      }
    }
    return undefined;
  }

  #inForm(
    digits: string,
    form: Exclude<NumberForm, "outside">,
    trace?: Trace,
  ): Subscriber | undefined {
    const country = this.#country;
    const found = form === "e164"
      ? {
        why: "It begins with a country code",
        subscriber: country.international(`+${digits}`, false),
      }
      : form === "national"
      ? { why: "It begins with the area code", subscriber: country.significant(digits) }
      : this.#local(digits);
    if (found.subscriber !== undefined) trace?.(found.why, found.subscriber.e164);
    return found.subscriber;
  }

  #local(digits: string): { readonly why: string; readonly subscriber: Subscriber | undefined } {
    const country = this.#country;
    const { internationalPrefix } = country;
    if (digits.startsWith(internationalPrefix)) {
      const whole = `+${digits.slice(internationalPrefix.length)}`;
      const subscriber = country.international(whole, false);
      const why = `It begins with the international prefix ${internationalPrefix}`;
      if (subscriber !== undefined) return { why, subscriber };
    }
    const subscriber = country.withinCountry(digits);
    if (subscriber !== undefined) return { why: "It is a number of the country", subscriber };
    const { areaCode } = this.#rules;
    return {
      why: `It has no area code: the site's is ${areaCode}`,
      subscriber: areaCode !== undefined && LOCAL.test(digits)
        ? country.significant(`${areaCode}${digits}`)
        : undefined,
    };
  }
}
