/** Reads a certificate, and checks that its private key fits. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { describeError } from "../log.ts";

export interface Certificate {
  /** Its names: `DNS:phones.example.com, IP Address:192.168.0.9`; "" when it has none. */
  readonly names: string;
  readonly subject: string;
  /** Milliseconds since 1970, UTC. */
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** One of the two cannot be used. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";

  constructor(readonly part: "cert" | "key", message: string) {
    super(message);
  }
}

/**
 * Reads the first certificate, the server's own, and tries the key with it.
 *
 * @throws CertificateError
 */
export function readCertificate({ cert, key }: {
  readonly cert: string;
  readonly key: string;
}): Certificate {
  const certificate = parsed("cert", "a certificate", () => new X509Certificate(cert));
  const privateKey = parsed("key", "a private key without a password", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new CertificateError("key", "expected the key of the certificate, not of another one");
  }
  return {
    names: certificate.subjectAltName ?? "",
    subject: certificate.subject.replaceAll("\n", ", "),
    validFromMs: Date.parse(certificate.validFrom),
    validToMs: Date.parse(certificate.validTo),
  };
}

function parsed<T>(part: "cert" | "key", what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new CertificateError(part, `expected ${what} as PEM: ${describeError(error)}`);
  }
}
