/**
 * What is known of telephone numbers, and what is dialled for a text. With the rules of a site every
 * number is read; without them only what is the same everywhere is done.
 */
import type { NumberPort } from "../bus/ports.ts";
import type { Direction, PartyRole } from "../model/call.ts";
import type {
  NumberFacts,
  NumberForm,
  NumberReading,
  NumberRules,
  NumberSource,
  NumberStep,
} from "../model/number.ts";
import {
  BRACKETED_ZERO,
  inAscii,
  NotANumberError,
  type Trace,
  withoutScheme,
  withoutSeparators,
} from "./characters.ts";
import type { Meaning, Site } from "./site.ts";

/** A number that is E.164 whatever the site. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** All characters of a number as people write it, after {@linkcode inAscii}. */
const WRITTEN = /^[\d\s().\/\p{Pd}\u2212·+*#,]*$/u;
/** Countries in which the zero before an area code is a part of the number: Italy and its enclaves. */
const KEEPS_ZERO = /^(?:\+|00)\s*(?:39|378|379)/;
/** Numbers are remembered, because the same few come in every event of a call. */
const MOST_REMEMBERED = 2000;
/** A longer text is no number, and is not read: drivers and files have what they like. */
const MOST_CHARACTERS = 80;
const NO_FACTS: NumberFacts = {};

export class Numbers implements NumberPort {
  readonly #rules: NumberRules | undefined;
  readonly #site: Site | undefined;
  readonly #remembered = new Map<string, NumberFacts>();

  /** @param site By the rules; without both, only what cannot be wrong is done. */
  constructor(rules?: NumberRules, site?: Site) {
    this.#rules = rules;
    this.#site = site;
  }

  factsOf(number: string, role: PartyRole, direction: Direction): NumberFacts {
    if (number.length > MOST_CHARACTERS) return NO_FACTS;
    const source = role === "caller" || direction !== "out" ? "caller" : "called";
    const key = `${source} ${number}`;
    let facts = this.#remembered.get(key);
    if (facts === undefined) {
      facts = this.#factsOf(number, source);
      if (this.#remembered.size >= MOST_REMEMBERED) {
        const [oldest = ""] = this.#remembered.keys();
        this.#remembered.delete(oldest);
      }
      this.#remembered.set(key, facts);
    }
    return facts;
  }

  read(text: string, source: NumberSource): NumberReading {
    const steps: NumberStep[] = [];
    try {
      const read = this.#read(text, source, (why, result) => steps.push({ why, result }));
      return { text, steps, ...read };
    } catch (error) {
      if (!(error instanceof NotANumberError)) throw error;
      return { text, steps, problem: error.message };
    }
  }

  spellingsOf(dialled: string): readonly string[] {
    return this.#site?.spellingsOf(dialled) ?? [];
  }

  #factsOf(number: string, source: NumberSource): NumberFacts {
    const text = inAscii(number);
    if (!WRITTEN.test(text)) return NO_FACTS;
    const site = this.#site;
    if (site !== undefined) return factsBy(site, site.read(text, this.#formOf(source)));
    const digits = withoutSeparators(text);
    return E164.test(digits) ? { e164: digits } : NO_FACTS;
  }

  /** @throws NotANumberError */
  #read(
    text: string,
    source: NumberSource,
    trace: Trace,
  ): NumberFacts & { readonly dials: string } {
    if (text.length > MOST_CHARACTERS) {
      throw new NotANumberError(
        `expected a telephone number of at most ${MOST_CHARACTERS} characters`,
      );
    }
    const plain = withoutScheme(text, trace);
    const whole = inAscii(plain);
    const site = this.#site;
    if (!WRITTEN.test(whole)) {
      // Without rules: drivers give such characters a meaning of their own.
      if (site === undefined) return { dials: text.trim() };
      throw new NotANumberError("expected a telephone number: digits, +, * and #, no letters");
    }
    if (whole !== plain) trace("Digits are written as 0 to 9, without invisible characters", whole);
    // After a pause come tones, which are not a part of the number.
    const [number = "", ...tones] = whole.split(",");
    const afterwards = tones.map((tone) => `,${withoutSeparators(tone)}`).join("");
    if (!/[\d*#]/.test(number)) {
      throw new NotANumberError("expected a telephone number with digits");
    }
    if (!/^\s*\(?\s*\+?[^+]*$/.test(number)) {
      throw new NotANumberError("expected + at the beginning only");
    }
    if (site === undefined) {
      const dials = withoutSeparators(
        isZeroExtra(number) ? number.replace(BRACKETED_ZERO, "") : number,
      );
      if (dials !== number) {
        trace("Blanks, brackets, dots, dashes and slashes are taken out", dials);
      }
      return { ...E164.test(dials) && { e164: dials }, dials: `${dials}${afterwards}` };
    }
    const meaning = site.read(number, this.#formOf(source), trace);
    const dials = site.dialled(
      withoutSeparators(number),
      meaning,
      source === "written" ? trace : undefined,
    );
    return { ...factsBy(site, meaning), dials: `${dials}${afterwards}` };
  }

  #formOf(source: NumberSource): NumberForm {
    const { outsidePrefix = "", callerForm, calledForm, writtenForm } = this.#rules ?? {};
    const form = { caller: callerForm, called: calledForm, written: writtenForm }[source];
    return form ?? (outsidePrefix === "" ? "local" : "outside");
  }
}

function factsBy(site: Site, meaning: Meaning): NumberFacts {
  if (meaning.kind === "extension") return { internal: true };
  if (meaning.kind !== "subscriber") return NO_FACTS;
  return { e164: meaning.subscriber.e164, national: site.shown(meaning.subscriber) };
}

/** Whether a zero in brackets is dialled within the country only. */
function isZeroExtra(number: string): boolean {
  return BRACKETED_ZERO.test(number) && /^\s*(?:\+|00)/.test(number) && !KEEPS_ZERO.test(number);
}
