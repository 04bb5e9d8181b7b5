/** A real LDAP server, OpenLDAP's slapd, for as long as a test takes. */
import { connect } from "node:net";
import { hasOpenSsl, makeCertificate } from "./certificate.ts";
import { Folder } from "./folder.ts";
import { until } from "./patience.ts";
import { hasTool } from "./tools.ts";

const PATH = "/usr/sbin/slapd";
export const hasSlapd: boolean = hasOpenSsl && hasTool({
  command: PATH,
  suite: "the directory's LDAP source on a real server",
  remedy: "apt-get install slapd",
  linuxOnly: true,
});

export const BASE = "dc=example,dc=com";
export const ADMIN = `cn=admin,${BASE}`;
export const PASSWORD = "correct horse";

export class Slapd implements AsyncDisposable {
  readonly port: number;
  /** The port for TLS. */
  readonly securePort: number;
  /** The path of its certificate authority. */
  readonly ca: string;
  readonly #folder: Folder;
  readonly #process: Deno.ChildProcess;

  private constructor(
    [port, securePort]: readonly [number, number],
    folder: Folder,
    process: Deno.ChildProcess,
  ) {
    this.port = port;
    this.securePort = securePort;
    this.ca = folder.at("root.pem");
    this.#folder = folder;
    this.#process = process;
  }

  /** @param ldif The entries below {@linkcode BASE}. Only those who bind can read them. */
  static async start(ldif: string): Promise<Slapd> {
    const folder = await Folder.make();
    await Deno.mkdir(folder.at("data"));
    const { root: ca, cert, key } = await makeCertificate("slapd");
    await folder.write("root.pem", ca);
    const config = await folder.write(
      "slapd.conf",
      `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder.at("slapd.pid")}
TLSCertificateFile ${await folder.write("cert.pem", cert)}
TLSCertificateKeyFile ${await folder.write("key.pem", key)}
TLSVerifyClient never
database mdb
suffix "${BASE}"
rootdn "${ADMIN}"
rootpw "${PASSWORD}"
directory ${folder.at("data")}
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
`,
    );
    const root =
      `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`;
    const data = await folder.write("data.ldif", `${root}\n${ldif}`);
    await run("slapadd", "-f", config, "-l", data);
    const [port, securePort] = [freePort(), freePort()] as const;
    const urls = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${securePort}`;
    const process = new Deno.Command(PATH, {
      args: ["-f", config, "-h", urls, "-d", "0"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (const each of [port, securePort]) await until(() => accepts(each), () => "slapd");
    return new Slapd([port, securePort], folder, process);
  }

  get url(): string {
    return `ldap://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** slapd takes no port 0. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function run(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(`/usr/sbin/${name}`, { args, stdin: "null" })
    .output();
  if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
