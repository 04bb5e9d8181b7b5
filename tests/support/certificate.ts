/** Certificates for tests, made by OpenSSL: a root of one's own, and what it signs. */
import { hasTool } from "./tools.ts";

/** PEM texts. */
export interface TestCertificate {
  readonly root: string;
  readonly cert: string;
  readonly key: string;
}

/** Whether there is OpenSSL; the tests of TLS need it. */
export const hasOpenSsl: boolean = hasTool({
  command: "openssl",
  suite: "the tests of TLS",
  remedy: "Debian: apt-get install openssl",
});

async function openssl(folder: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args,
    cwd: folder,
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** A certificate for 127.0.0.1 and localhost, of a new root. @param days May be negative: expired. */
export async function makeCertificate(name: string, days = 30): Promise<TestCertificate> {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-tls-" });
  try {
    const read = (file: string) => Deno.readTextFile(`${folder}/${file}`);
    const root = [
      "-keyout",
      "root.key",
      "-out",
      "root.crt",
      "-days",
      "30",
      "-subj",
      `/CN=${name}-root`,
    ];
    await openssl(folder, "req", "-x509", ...EC, ...root);
    await openssl(
      folder,
      "req",
      ...EC,
      "-keyout",
      "a.key",
      "-out",
      "a.csr",
      "-subj",
      `/CN=${name}`,
    );
    await Deno.writeTextFile(
      `${folder}/ext`,
      "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n",
    );
    const by = ["-CA", "root.crt", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "ext"];
    const from = days < 0
      ? ["-not_before", "20200101000000Z", "-not_after", "20200201000000Z"]
      : [];
    const until = days < 0 ? [] : ["-days", String(days)];
    await openssl(
      folder,
      "x509",
      "-req",
      "-in",
      "a.csr",
      "-out",
      "a.crt",
      ...by,
      ...until,
      ...from,
    );
    return { root: await read("root.crt"), cert: await read("a.crt"), key: await read("a.key") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
