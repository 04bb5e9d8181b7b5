/** LDAP as a source, on a real server. */
import assert from "node:assert/strict";
import { LdapFinder } from "../../src/directory/ldap.ts";
import type { LdapSourceSettings } from "../../src/settings/directory.ts";
import { number } from "../support/directory.ts";
import { ADMIN, BASE, hasSlapd, PASSWORD, Slapd } from "../support/slapd.ts";

const PEOPLE = `
dn: cn=Ada Example,${BASE}
objectClass: inetOrgPerson
cn: Ada Example
sn: Example
o: Example Bakery
employeeNumber: 17
telephoneNumber: +44 1632 960-001
mobile: +44 7700 900001

dn: cn=Zoë Ångström,${BASE}
objectClass: inetOrgPerson
cn: Zoë Ångström
sn: Ångström
telephoneNumber: +441632960002
telephoneNumber: +44 (0)1632 960003

dn: cn=Longer,${BASE}
objectClass: inetOrgPerson
cn: Longer
sn: Longer
telephoneNumber: +44 1632 960 77 001

dn: cn=Twin,${BASE}
objectClass: inetOrgPerson
cn: Twin
sn: Twin
mobile: +44 1632 960002

dn: cn=Machine,${BASE}
objectClass: device
objectClass: extensibleObject
cn: Machine
telephoneNumber: +441632960002
`;

function open(slapd: Slapd, settings: Partial<LdapSourceSettings> = {}): LdapFinder {
  return new LdapFinder({
    type: "ldap",
    name: "ad",
    url: slapd.url,
    startTls: false,
    bindDn: ADMIN,
    password: PASSWORD,
    base: BASE,
    filter: "(objectClass=person)",
    fields: {
      number: ["telephoneNumber", "mobile"],
      name: "cn",
      company: "o",
      url: "labeledURI",
      id: "EMPLOYEENUMBER",
    },
    ...settings,
  }, 5000);
}

const forEver = () => new AbortController().signal;

Deno.test({
  name: "the directory finds people on a real LDAP server, and nothing that callers ask for",
  ignore: !hasSlapd,
  async fn(t) {
    await using slapd = await Slapd.start(PEOPLE);
    const finder = open(slapd);
    const names = async (e164: string) =>
      (await finder.find(number(e164), forEver())).map(({ name }) => name).sort();

    await t.step("a number is found however it is written, in each attribute", async () => {
      assert.deepEqual(await finder.find(number("+441632960001"), forEver()), [
        { name: "Ada Example", company: "Example Bakery", id: "17", source: "ad" },
      ]);
      assert.deepEqual(await names("+447700900001"), ["Ada Example"]);
      assert.deepEqual(await names("+441632960003"), ["Zoë Ångström"]);
    });
    await t.step("everybody of the filter who has the number is found", async () => {
      assert.deepEqual(await names("+441632960002"), ["Twin", "Zoë Ångström"]);
    });
    await t.step("a number is not a part of a longer one, or another one", async () => {
      assert.deepEqual(await names("+44163296000"), []);
      assert.deepEqual(await names("+4416329607700"), []);
      assert.deepEqual(await names("+49163296001"), []);
    });
    await t.step("what is no number cannot widen the question", async () => {
      for (const evil of ["+*", "+)(cn=*", "*)(objectClass=*", "+4\\2a", "+\u0000"]) {
        assert.deepEqual(await names(evil), [], evil);
      }
    });
    await t.step("the doctor is told that it answers", async () => {
      assert.equal(await finder.check(forEver()), "it answers");
      const nobody = open(slapd, { filter: "(cn=nobody)" });
      assert.equal(await nobody.check(forEver()), "it has no entries below the base");
    });
    await t.step(
      "TLS is used from the beginning or by StartTLS, with the server's own authority",
      async () => {
        const { ca } = slapd;
        const secure = { url: `ldaps://127.0.0.1:${slapd.securePort}` };
        for (const settings of [{ ...secure, ca }, { startTls: true, ca }]) {
          const found = await open(slapd, settings).find(number("+441632960001"), forEver());
          assert.deepEqual(found.map(({ name }) => name), ["Ada Example"]);
        }
        for (const settings of [secure, { startTls: true }]) {
          await assert.rejects(
            open(slapd, settings).find(number("+441632960001"), forEver()),
            { name: "SourceError" },
          );
        }
      },
    );
    await t.step("what is wrong is said, without the server's texts", async () => {
      const problem = async (settings: Partial<LdapSourceSettings>, message: RegExp) =>
        await assert.rejects(
          open(slapd, settings).find(number("+441632960001"), forEver()),
          { name: "SourceError", message },
        );
      await problem({ password: "wrong" }, /^it refuses bindDn and password$/);
      await problem({ base: "dc=other,dc=com" }, /^there is no such base$/);
      await problem({ bindDn: undefined, password: undefined }, /^there is no such base$/);
      await problem({ url: "ldap://127.0.0.1:1" }, /^it cannot be reached: ECONNREFUSED$/);
      await problem({ ca: "/nowhere", startTls: true }, /certificate authority cannot be read/);
    });
  },
});

Deno.test("a filter that is not valid is reported without its text, which the status must not show", () => {
  assert.throws(
    () => open({ url: "ldap://127.0.0.1:1" } as Slapd, { filter: "(&(cn=a)()" }),
    { name: "SourceError", message: "its filter is not valid" },
  );
});

Deno.test("an LDAP server that hangs is let go", async () => {
  const asked = Promise.withResolvers<Deno.TcpConn>();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void listener.accept().then(asked.resolve);
  const finder = open({ url: `ldap://127.0.0.1:${listener.addr.port}` } as Slapd);
  const late = new AbortController();
  const found = finder.find(number("+441632960001"), late.signal);
  const rejected = assert.rejects(found, { name: "SourceError" });
  using connection = await asked.promise;
  // The question has begun.
  assert((await connection.read(new Uint8Array(100)) ?? 0) > 0);
  late.abort();
  await rejected;
  // The client leaves.
  while (await connection.read(new Uint8Array(100)) !== null);
});
