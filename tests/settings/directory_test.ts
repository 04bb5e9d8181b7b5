/** The directory's sources and links in the settings file: what is accepted, and what is not. */
import assert from "node:assert/strict";
import { settingsWith } from "../support/settings.ts";

const http = (line: string) =>
  `[[directory.source]]\ntype = "http"\nname = "crm"\n${
    line.includes("url") ? "" : 'url = "https://a/{e164}"\n'
  }${line}`;
const ldap = (line: string) =>
  `[[directory.source]]\ntype = "ldap"\nname = "ad"\nurl = "ldaps://dc"\nbase = "dc=a"\n${line}`;
const link = (url: string, more = "") => `[[link]]\nname = "a"\nurl = "${url}"\n${more}`;

Deno.test("sources have defaults for all that need not be said", () => {
  const { directory } = settingsWith(
    `[directory]\ntimeoutMs = 500\n[[directory.source]]\ntype = "csv"\nname = "a"\nfile = "a.csv"\n${
      ldap("")
    }`,
  );
  assert.equal(directory.timeoutMs, 500);
  assert.equal(directory.atOnce, 4);
  assert.deepEqual(directory.source[0], {
    type: "csv",
    name: "a",
    // Beside the settings file.
    file: "a.csv",
    fields: { number: ["number"], name: "name", company: "company", url: "url", id: "id" },
  });
  assert.deepEqual(settingsWith("").directory.source, []);
  assert.deepEqual(settingsWith("").links, []);
  const [, second] = directory.source;
  assert(second?.type === "ldap");
  assert.deepEqual(second.fields.number, ["telephoneNumber", "mobile"]);
});

Deno.test("unusable sources are refused, without showing their secrets", () => {
  const wrong: [string, RegExp][] = [
    ['[[directory.source]]\ntype = "odbc"\nname = "a"', /expected "csv", "http" or "ldap"/],
    [http('url = "ftp://a/{e164}"'), /expected an http or https URL/],
    [http('url = "https://{e164}/"'), /expected an http or https URL/],
    [http('url = "https://a.{number}/"'), /expected an http or https URL/],
    [http('url = "https://user:{number}@a/"'), /expected an http or https URL/],
    [http('url = "https://a/{name}"'), /expected an http or https URL/],
    [http('url = "https://a:{number}/"'), /expected an http or https URL/],
    [http('headers = { authorization = "secret\\nx: y" }'), /headers\.authorization/],
    [http('token = "secret"'), /source\[0\]\.token/],
    [ldap('filter = "objectClass=person"'), /expected an LDAP filter/],
    [ldap('bindDn = "cn=a"'), /bindDn and password together/],
    [ldap('password = "secret"'), /bindDn and password together/],
    [`${ldap("")}\n${ldap("")}`, /another source has the same name/],
    [link("javascript:alert('{name}')"), /expected a URL that begins with/],
    [link("data:text/html,{name}"), /expected a URL that begins with/],
    [link("https://{name}.example.com/"), /expected a URL that begins with/],
    [link("https://{name}@example.com/"), /expected a URL that begins with/],
    [link("https://a.example.com/{unknown}"), /expected a URL that begins with/],
    [link("https://a.example.com/{id"), /expected a URL that begins with/],
    [link("//a.example.com/{id}"), /expected a URL that begins with/],
    [link("https://a/", 'on = "connect"'), /expected "ring", "answer", "demand"/],
  ];
  for (const [file, message] of wrong) {
    assert.throws(() => settingsWith(file), (error: Error) => {
      assert.match(error.message, message, file);
      assert(!error.message.includes("secret"), error.message);
      return true;
    });
  }
});

Deno.test("links to pages and applications are accepted", () => {
  for (
    const url of [
      "https://crm.example.com/{id}?n={e164}#x",
      "http://crm:8080?n={number}",
      "tel:{e164}",
      "sip:{number}@pbx.example.com",
    ]
  ) assert.equal(settingsWith(link(url)).links[0]?.url, url);
});
