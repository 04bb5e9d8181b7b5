/** NATS accounts as an operator signs them, and files of credentials for their users. */
import { nkeys } from "@nats-io/nats-core/internal";

type KeyPair = ReturnType<typeof nkeys.createUser>;

const utf8 = new TextEncoder();

/** An operator with an account that has JetStream. */
export class NatsAccounts {
  readonly #operator: KeyPair = nkeys.createOperator();
  readonly #account: KeyPair = nkeys.createAccount();
  readonly #system: KeyPair = nkeys.createAccount();

  /** The part of a server's configuration that makes it believe the operator. */
  get config(): string {
    const [account, system] = [this.#account.getPublicKey(), this.#system.getPublicKey()];
    const operator = { type: "operator", version: 2 };
    return `operator: ${signed(this.#operator, this.#operator.getPublicKey(), operator)}
system_account: ${system}
resolver: MEMORY
resolver_preload {
  ${account}: ${signed(this.#operator, account, accountClaims(-1))}
  ${system}: ${signed(this.#operator, system, accountClaims(0))}
}`;
  }

  /** A file of credentials for a new user. */
  newUser(): string {
    const user = nkeys.createUser();
    const claims = { type: "user", version: 2, pub: {}, sub: {}, ...UNLIMITED };
    const jwt = signed(this.#account, user.getPublicKey(), claims);
    const seed = new TextDecoder().decode(user.getSeed());
    return `-----BEGIN NATS USER JWT-----
${jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`;
  }
}

const UNLIMITED = { subs: -1, data: -1, payload: -1 };

function accountClaims(storage: number): object {
  return {
    type: "account",
    version: 2,
    limits: {
      ...UNLIMITED,
      imports: -1,
      exports: -1,
      wildcards: true,
      conn: -1,
      leaf: -1,
      mem_storage: storage,
      disk_storage: storage,
    },
  };
}

/** A JWT as NATS reads it. @see https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function signed(issuer: KeyPair, subject: string, nats: object): string {
  const claims = { iss: issuer.getPublicKey(), sub: subject, name: "test", iat: 0, nats };
  const text = [{ typ: "JWT", alg: "ed25519-nkey" }, claims]
    .map((part) => base64Url(utf8.encode(JSON.stringify(part)))).join(".");
  return `${text}.${base64Url(issuer.sign(utf8.encode(text)))}`;
}

function base64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
