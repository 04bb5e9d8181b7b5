/**
 * The identities that tokens belong to: configured tokens, and JSON Web Tokens. Rules that change apply
 * to connected clients as well: {@linkcode Identities.renew}.
 */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { type Right, RIGHTS } from "../../model/right.ts";
import type { AccessRules, JwtRule, TokenRule } from "../../settings/access_rules.ts";
import { ANONYMOUS, type Identity } from "./identity.ts";

const log = logger("server");

/** A JSON Web Token has three parts; the configured ones have no dot. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Longer tokens are refused unread. */
const MOST_TOKEN_CHARACTERS = 8192;
const MOST_NAME_CHARACTERS = 100;

/** The server chooses the algorithms of signatures, never the token. */
const SECRET_ALGORITHMS = ["HS256"];
const PUBLIC_KEY_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/** How an identity came about. */
type Proof =
  | { readonly kind: "anonymous" | "unauthenticated" }
  | { readonly kind: "token"; readonly sha256: string }
  | { readonly kind: "jwt"; readonly rule: string; readonly grant: Identity };

type Verify = (token: string) => Promise<JWTPayload>;

export class Identities {
  readonly #clock: Clock;
  #rules: AccessRules;
  #tokens: readonly { readonly digest: Buffer; readonly rule: TokenRule }[] = [];
  #verify: Verify | undefined;
  /** One for all clients without a token: most have none. */
  #anonymous: Identity | undefined;
  readonly #proofs = new WeakMap<Identity, Proof>();

  /** @throws Error if the key set cannot be used. */
  constructor(rules: AccessRules, clock: Clock) {
    this.#clock = clock;
    this.#rules = rules;
    this.#use(rules, rules.jwt && verifier(rules.jwt, clock));
  }

  /** Replaces the rules. With a key set that cannot be used, no signed token is valid. */
  setRules(rules: AccessRules): void {
    let verify: Verify | undefined;
    try {
      verify = rules.jwt && verifier(rules.jwt, this.#clock);
    } catch (error) {
      log.error("The key set cannot be used, so no signed token is valid: {error}", {
        error: describeError(error),
      });
    }
    this.#use(rules, verify);
  }

  #use(rules: AccessRules, verify: Verify | undefined): void {
    this.#tokens = rules.tokens.map((rule) => ({
      digest: Buffer.from(rule.sha256, "hex"),
      rule,
    }));
    this.#verify = verify;
    this.#rules = rules;
    const { anonymous } = rules;
    this.#anonymous = anonymous &&
      this.#grant({ ...anonymous, name: ANONYMOUS }, { kind: "anonymous" });
  }

  /** The identity without a token; `undefined` if anonymous access is off. */
  get anonymous(): Identity | undefined {
    return this.#anonymous;
  }

  /** An identity without rights for a client that has yet to authenticate. */
  unauthenticated(expiresAtMs: number): Identity {
    const identity: Identity = { name: "nobody", can: [], lines: [], expiresAtMs };
    this.#proofs.set(identity, { kind: "unauthenticated" });
    return identity;
  }

  /** The identity that the token belongs to; `undefined` if it is unknown, invalid or expired. */
  async identify(token: string): Promise<Identity | undefined> {
    if (token.length > MOST_TOKEN_CHARACTERS) return undefined;
    const rule = this.#find(token);
    if (rule !== undefined) return this.#ofToken(rule);
    if (this.#verify === undefined || !JWT.test(token)) return undefined;
    const rules = this.#rules;
    try {
      const grant = grantOf(await this.#verify(token));
      // The rules may have changed meanwhile.
      return rules === this.#rules ? this.#ofJwt(grant) : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        log.debug("A JSON Web Token is refused: {error}", { error: describeError(error) });
      } else {
        // The key that the token names cannot be used.
        log.warn("A JSON Web Token cannot be verified: {error}", { error: describeError(error) });
      }
      return undefined;
    }
  }

  /** The identity by the present rules; `undefined` if it has none any more. */
  renew(identity: Identity): Identity | undefined {
    const proof = this.#proofs.get(identity);
    switch (proof?.kind) {
      case "anonymous":
        return this.#anonymous;
      case "unauthenticated":
        return this.#anonymous ?? identity;
      case "token": {
        const rule = this.#rules.tokens.find(({ sha256 }) => sha256 === proof.sha256);
        return rule && this.#ofToken(rule);
      }
      case "jwt":
        return proof.rule === JSON.stringify(this.#rules.jwt)
          ? this.#ofJwt(proof.grant)
          : undefined;
      case undefined:
        return undefined;
    }
  }

  /** Compares with every token, so that the time does not reveal which one matched. */
  #find(token: string): TokenRule | undefined {
    const digest = createHash("sha256").update(token).digest();
    let found: TokenRule | undefined;
    for (const candidate of this.#tokens) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate.rule;
    }
    return found;
  }

  #ofToken(rule: TokenRule): Identity | undefined {
    return this.#grant(rule, { kind: "token", sha256: rule.sha256 });
  }

  #ofJwt(grant: Identity): Identity | undefined {
    const taken = [ANONYMOUS, "nobody", ...this.#rules.tokens.map(({ name }) => name)];
    // In the audit nobody must look like somebody else.
    const name = taken.includes(grant.name) ? `${grant.name} (jwt)` : grant.name;
    return this.#grant({ ...grant, name }, {
      kind: "jwt",
      rule: JSON.stringify(this.#rules.jwt),
      grant,
    });
  }

  /** The identity, with the dial rules for everyone; `undefined` if it has expired. */
  #grant({ name, can, lines, dial, expiresAtMs }: Identity, proof: Proof): Identity | undefined {
    if (expiresAtMs !== undefined && expiresAtMs <= this.#clock.nowMs()) return undefined;
    const everyone = this.#rules.dial;
    const identity: Identity = {
      name,
      can,
      lines,
      dial: { allow: dial?.allow ?? everyone.allow, deny: dial?.deny ?? everyone.deny },
      ...expiresAtMs !== undefined && { expiresAtMs },
    };
    this.#proofs.set(identity, proof);
    return identity;
  }
}

function verifier({ key, issuer, audience }: JwtRule, clock: Clock): Verify {
  const options = () => ({
    currentDate: new Date(clock.nowMs()),
    requiredClaims: ["exp"],
    ...issuer !== undefined && { issuer },
    ...audience !== undefined && { audience },
  });
  if ("secret" in key) {
    const secret = new TextEncoder().encode(key.secret);
    return async (token) =>
      (await jwtVerify(token, secret, { ...options(), algorithms: SECRET_ALGORITHMS })).payload;
  }
  const keys = createLocalJWKSet(JSON.parse(key.jwks));
  return async (token) =>
    (await jwtVerify(token, keys, { ...options(), algorithms: PUBLIC_KEY_ALGORITHMS })).payload;
}

/** `can` and `lines` are arrays, or words separated by spaces; a right not claimed is not granted. */
function grantOf({ sub, exp = 0, can, lines }: JWTPayload): Identity {
  if (sub !== undefined && typeof sub !== "string") throw new errors.JWTInvalid("sub is no string");
  return {
    name: (sub ?? "jwt").slice(0, MOST_NAME_CHARACTERS),
    can: wordsOf(can).filter((word) => RIGHTS.includes(word as Right)) as Right[],
    lines: wordsOf(lines),
    expiresAtMs: exp * 1000,
  };
}

function wordsOf(claim: unknown): string[] {
  if (typeof claim === "string") return claim.split(" ").filter((word) => word !== "");
  if (typeof claim === "number") return [String(claim)];
  return Array.isArray(claim) ? claim.flatMap((item) => wordsOf(item)) : [];
}
