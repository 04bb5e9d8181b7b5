/**
 * Whom tokens belong to: the configured ones, and JSON Web Tokens. A rule that changes is a rule for
 * those who are connected as well: {@linkcode Identities.renew}.
 */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type {
  AccessRules,
  DialRules,
  Grant,
  JwtRule,
  TokenRule,
} from "../../settings/access_rules.ts";
import type { Authenticator, Identity, Right } from "./identity.ts";

const log = logger("server");

/** A JSON Web Token has three parts; the configured ones have no dot. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Longer ones are not looked at. */
const MOST_TOKEN_CHARACTERS = 8192;

/** Signatures are made in a way that the server chose, never in one that the token names. */
const SECRET_ALGORITHMS = ["HS256"];
const PUBLIC_KEY_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/** How somebody became who they are. */
type Proof =
  | { readonly kind: "anonymous" | "nobody" }
  | { readonly kind: "token"; readonly sha256: string }
  | { readonly kind: "jwt"; readonly rule: string; readonly grant: JwtGrant };

type Verify = (token: string) => Promise<JWTPayload>;

/** What a JSON Web Token says. */
interface JwtGrant extends Grant {
  readonly name: string;
  readonly expiresAtMs: number;
}

export class Identities implements Authenticator {
  readonly #clock: Clock;
  #rules: AccessRules;
  #tokens: readonly { readonly digest: Buffer; readonly rule: TokenRule }[] = [];
  #verify: Verify | undefined;
  readonly #proofs = new WeakMap<Identity, Proof>();

  /** @throws Error when the key set cannot be used. */
  constructor(rules: AccessRules, clock: Clock) {
    this.#clock = clock;
    this.#rules = rules;
    this.rule(rules);
  }

  /** From now on these rules hold. @throws Error when the key set cannot be used: nothing changes. */
  rule(rules: AccessRules): void {
    const verify = rules.jwt && verifier(rules.jwt, this.#clock);
    this.#tokens = rules.tokens.map((rule) => ({
      digest: Buffer.from(rule.sha256, "hex"),
      rule,
    }));
    this.#verify = verify;
    this.#rules = rules;
  }

  /** Who brings no token; `undefined` where that is nobody. */
  anonymous(): Identity | undefined {
    const { anonymous } = this.#rules;
    return anonymous && this.#identity("anonymous", anonymous, { kind: "anonymous" });
  }

  /** One who may do nothing but say who they are, and has until then for it. */
  nobody(untilMs: number): Identity {
    const identity: Identity = { name: "nobody", can: [], lines: [], expiresAtMs: untilMs };
    this.#proofs.set(identity, { kind: "nobody" });
    return identity;
  }

  /** Who brings the token; `undefined` where it is not known, not valid, or not valid any more. */
  async identify(token: string): Promise<Identity | undefined> {
    if (token.length > MOST_TOKEN_CHARACTERS) return undefined;
    const rule = this.#find(token);
    if (rule !== undefined) return this.#ofToken(rule);
    if (this.#verify === undefined || !JWT.test(token)) return undefined;
    const rules = this.#rules;
    try {
      const grant = grantOf(await this.#verify(token));
      // Ruled otherwise meanwhile.
      return rules === this.#rules ? this.#ofJwt(grant) : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) {
        log.debug("A JSON Web Token is refused: {error}", { error: describeError(error) });
      } else {
        // The key that the token names is not one that can be used.
        log.warn("A JSON Web Token cannot be verified: {error}", { error: describeError(error) });
      }
      return undefined;
    }
  }

  /** Who somebody is by the rules of now; `undefined` where they are nobody any more. */
  renew(identity: Identity): Identity | undefined {
    const proof = this.#proofs.get(identity);
    switch (proof?.kind) {
      case "anonymous":
        return this.anonymous();
      case "nobody":
        return this.anonymous() ?? identity;
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

  /** Compares with every token, so that the time tells nothing of where it was found. */
  #find(token: string): TokenRule | undefined {
    const digest = createHash("sha256").update(token).digest();
    let found: TokenRule | undefined;
    for (const candidate of this.#tokens) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate.rule;
    }
    return found;
  }

  #ofToken(rule: TokenRule): Identity | undefined {
    const { name, sha256, expiresAtMs } = rule;
    return this.#identity(name, rule, { kind: "token", sha256 }, expiresAtMs);
  }

  #ofJwt(grant: JwtGrant): Identity | undefined {
    const rule = JSON.stringify(this.#rules.jwt);
    return this.#identity(grant.name, grant, { kind: "jwt", rule, grant }, grant.expiresAtMs);
  }

  #identity(
    name: string,
    { can, lines, dial }: Grant,
    proof: Proof,
    expiresAtMs?: number,
  ): Identity | undefined {
    if (expiresAtMs !== undefined && expiresAtMs <= this.#clock.nowMs()) return undefined;
    const everyone = this.#rules.dial;
    const rules: DialRules = {
      allow: dial?.allow ?? everyone.allow,
      deny: dial?.deny ?? everyone.deny,
    };
    const identity: Identity = {
      name,
      can,
      lines,
      dial: rules,
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

/** What is not claimed is not granted. `can` and `lines` are arrays, or words with spaces between. */
function grantOf({ sub, exp = 0, can, lines }: JWTPayload): JwtGrant {
  return {
    name: sub ?? "jwt",
    can: wordsOf(can).filter((word): word is Right => word === "monitor" || word === "control"),
    lines: wordsOf(lines),
    expiresAtMs: exp * 1000,
  };
}

function wordsOf(claim: unknown): string[] {
  if (typeof claim === "string") return claim.split(" ").filter((word) => word !== "");
  if (typeof claim === "number") return [String(claim)];
  return Array.isArray(claim) ? claim.flatMap((item) => wordsOf(item)) : [];
}
