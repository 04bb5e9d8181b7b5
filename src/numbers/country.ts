/**
 * The numbering plan of a country, and E.164 numbers of all. Loaded only where `[numbers]` names a
 * country: the tables of all countries take 20 ms and 80 KB.
 */
import parse, {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  Metadata,
  type PhoneNumber,
} from "libphonenumber-js/core";
import metadata from "libphonenumber-js/min/metadata";

/** ITU-T E.164 allows 15 digits; fewer than 7 reach nobody from abroad. */
const INTERNATIONAL = /^\+[1-9]\d{6,14}$/;
/** Countries of the North American plan: their area codes can be dialled with 1 before them, or not. */
const NORTH_AMERICA = "1";

/** There is no such country, or its prefixes are not known. The message is for people. */
export class CountryError extends Error {
  override readonly name = "CountryError";

  /** @param key The setting that is wrong, in the table `numbers`. */
  constructor(readonly key: "country" | "internationalPrefix", message: string) {
    super(message);
  }
}

/** A number that exists by its country's plan. */
export interface Subscriber {
  readonly e164: string;
  readonly countryCode: string;
  /** The number without country code. */
  readonly significant: string;
  /** As people of the country write it. */
  readonly national: string;
  /** As everybody else does. */
  readonly international: string;
}

/** The library's data of a country that its types leave out. */
interface Plan {
  nationalNumberPattern(): string;
  nationalPrefix(): string | undefined;
  formats(): readonly { usesNationalPrefix(): boolean }[];
}

export class Country {
  /** `49` */
  readonly code: string;
  /** The digits before a country code: `00`. */
  readonly internationalPrefix: string;
  readonly #country: CountryCode;
  readonly #all = new Metadata(metadata);
  /** The significant numbers of each country code. */
  readonly #patterns = new Map<string, RegExp>();
  /** The digits before the area code; "": none. */
  readonly #trunkPrefix: string;
  /** Whether the settings say what is dialled there. */
  readonly #isTrunkPrefixSet: boolean;

  /** @throws CountryError */
  constructor(
    country: string,
    { internationalPrefix, trunkPrefix }: {
      readonly internationalPrefix?: string | undefined;
      readonly trunkPrefix?: string | undefined;
    } = {},
  ) {
    if (!isSupportedCountry(country as CountryCode, metadata)) {
      throw new CountryError("country", 'expected a country\'s two letters, such as "GB"');
    }
    this.#country = country as CountryCode;
    this.code = getCountryCallingCode(this.#country, metadata);
    this.#all.selectNumberingPlan(this.#country);
    const prefix = internationalPrefix ?? usualPrefix(this.#all);
    if (prefix === undefined) {
      throw new CountryError(
        "internationalPrefix",
        "expected the digits that are dialled before a country code: the country has several",
      );
    }
    this.internationalPrefix = prefix;
    const plan = planOf(this.#all);
    const usesPrefix = plan.formats().some((format) => format.usesNationalPrefix());
    this.#isTrunkPrefixSet = trunkPrefix !== undefined || this.code === NORTH_AMERICA;
    this.#trunkPrefix = trunkPrefix ??
      (this.code === NORTH_AMERICA ? "1" : usesPrefix ? plan.nationalPrefix() ?? "" : "");
  }

  /**
   * The number of a text that begins with `+`; `undefined`: no country has it.
   *
   * @param isCertain Whether the text can be nothing else: then its length is enough, because countries
   * add ranges.
   */
  international(text: string, isCertain: boolean): Subscriber | undefined {
    const number = INTERNATIONAL.test(text) ? this.#parse(text) : undefined;
    if (number === undefined) return undefined;
    const exists = isCertain ? number.isPossible() : this.#exists(number);
    return exists ? subscriberOf(number) : undefined;
  }

  /**
   * The number of digits as they are dialled within the country, without an area code where one is
   * optional; `undefined`: the country has no such number, or they lack the area code.
   */
  withinCountry(digits: string): Subscriber | undefined {
    const number = this.#parse(digits);
    if (number?.countryCallingCode !== this.code || !this.#exists(number)) return undefined;
    const subscriber = subscriberOf(number);
    // Prefixes that are left are no part of a number; one zero is where nothing is dialled before it.
    if (/^00/.test(subscriber.significant)) return undefined;
    if (this.#trunkPrefix !== "" && subscriber.significant.startsWith("0")) return undefined;
    const isWhole = digits === this.dialledWithin(subscriber) ||
      digits === digitsOf(subscriber.national) && this.#isFormatted(subscriber) ||
      // A carrier's code, or another habit of the country, stands between.
      digits.startsWith("0");
    return isWhole ? subscriber : undefined;
  }

  /** The number of digits that begin with the area code. */
  significant(digits: string): Subscriber | undefined {
    const number = this.#parse(`+${this.code}${digits}`);
    if (number?.nationalNumber !== digits || !this.#exists(number)) return undefined;
    return subscriberOf(number);
  }

  /**
   * The number of digits that no plan has, by their prefixes alone: networks connect a number that is
   * whole, and ignore what is dialled after it. `undefined`: they have none of the prefixes.
   */
  unlisted(digits: string): Subscriber | undefined {
    const e164 = this.#withCountryCode(digits);
    if (e164 === undefined) return undefined;
    const countryCode = e164.startsWith(`+${this.code}`) ? this.code : "";
    const significant = e164.slice(1 + countryCode.length);
    return { e164, countryCode, significant, national: significant, international: e164 };
  }

  #withCountryCode(digits: string): string | undefined {
    const after = (prefix: string) =>
      digits.startsWith(prefix) ? digits.slice(prefix.length) : undefined;
    const abroad = after("+") ?? after(this.internationalPrefix);
    if (abroad !== undefined) return `+${abroad}`;
    const within = after(this.#trunkPrefix);
    return within && `+${this.code}${within}`;
  }

  /** The digits that are dialled for a number within the country. */
  dialledWithin(subscriber: Subscriber): string {
    return !this.#isTrunkPrefixSet && this.#isFormatted(subscriber)
      ? digitsOf(subscriber.national)
      : `${this.#trunkPrefix}${subscriber.significant}`;
  }

  /** Whether the country has a way to write it, which shows what is dialled before it, or that nothing is. */
  #isFormatted({ national, significant }: Subscriber): boolean {
    return this.#trunkPrefix === "" || national !== significant;
  }

  /** By the plan of the country code: the library is stricter where countries share one. */
  #exists(number: PhoneNumber): boolean {
    const code = number.countryCallingCode;
    let pattern = this.#patterns.get(code);
    if (pattern === undefined) {
      this.#all.selectNumberingPlan(code as unknown as CountryCode);
      pattern = new RegExp(`^(?:${planOf(this.#all).nationalNumberPattern()})$`);
      this.#patterns.set(code, pattern);
    }
    return number.isPossible() && pattern.test(number.nationalNumber);
  }

  #parse(text: string): PhoneNumber | undefined {
    return parse(text, { defaultCountry: this.#country, extract: false }, metadata);
  }
}

function planOf({ numberingPlan }: Metadata): Plan {
  return numberingPlan as unknown as Plan;
}

/** The country's only prefix, or the usual one of several. */
function usualPrefix({ numberingPlan }: Metadata): string | undefined {
  return [numberingPlan?.IDDPrefix(), numberingPlan?.defaultIDDPrefix()]
    // The library writes 0 for none, and ~ for a tone to wait for.
    .map((prefix) => String(prefix).replaceAll("~", ""))
    .find((prefix) => /^\d{2,5}$/.test(prefix));
}

function subscriberOf(number: PhoneNumber): Subscriber {
  return {
    e164: number.number,
    countryCode: number.countryCallingCode,
    significant: number.nationalNumber,
    national: number.formatNational(),
    international: number.formatInternational(),
  };
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, "");
}
