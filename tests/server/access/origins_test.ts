/** Which pages and which names of the server are permitted: the table. */
import assert from "node:assert/strict";
import { judge, type OriginRules, type Provenance } from "../../../src/server/access/origins.ts";
import { fc } from "../../support/properties.ts";

const RULES: OriginRules = {
  allowOrigins: [],
  allowSharedAddresses: false,
  allowHosts: [],
  ownNames: ["PHONES"],
};

function decide(
  said: Partial<Provenance>,
  rules: Partial<OriginRules> = {},
): "allowed" | "allowOrigins" | "allowHosts" | "never" {
  const host = said.host === undefined ? "192.168.0.9:43001" : said.host;
  const verdict = judge({
    origin: null,
    url: `http://${host ?? "localhost:43001"}/`,
    ...said,
    host,
  }, {
    ...RULES,
    ...rules,
  });
  return verdict.allowed ? "allowed" : verdict.key ?? "never";
}

const PERMITTED_ORIGINS = [
  "http://localhost",
  "https://localhost:8443",
  "http://panel.localhost:3000",
  "http://127.0.0.1",
  "http://127.255.0.3:8080",
  "http://[::1]:8080",
  "http://10.0.0.1",
  "http://172.16.0.1",
  "http://172.31.255.255",
  "https://192.168.0.1",
  "http://169.254.10.20",
  "http://[fe80::1]",
  "http://[febf::1]",
  "http://[fc00::1]",
  "http://[fdff:1::2]:81",
  // IPv4-mapped, as a browser writes it: ::ffff:10.0.0.1, ::ffff:192.168.0.1, ::ffff:127.0.0.1.
  "http://[::ffff:a00:1]",
  "http://[::ffff:c0a8:1]",
  "http://[::ffff:7f00:1]",
  "http://crm",
  "https://crm:8443",
  "http://crm_2",
  "http://xn--bcher-kva",
  "http://crm.local",
  "http://a.b.lan",
  "http://crm.internal:3000",
  "http://crm.intranet",
  "http://crm.corp",
  "http://crm.home",
  "http://crm.home.arpa",
  "http://crm.local.",
  "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
  "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
  "safari-web-extension://6B3A7F5E-1C2D-4E5F-8A9B-0C1D2E3F4A5B",
];

const REFUSED_ORIGINS = [
  "https://evil.com",
  "http://evil.com:43001",
  "https://crm.example.com",
  "http://8.8.8.8",
  "http://172.15.0.1",
  "http://172.32.0.1",
  "http://11.0.0.1",
  "http://192.169.0.1",
  "http://100.64.0.1",
  "http://0.0.0.0",
  "http://[2001:db8::1]",
  "http://[::]",
  "http://[::ffff:808:808]",
  // Not mapped but translated (64:ff9b::), embedded (2002::) or long gone (::10.0.0.1).
  "http://[64:ff9b::a00:1]",
  "http://[2002:a00:1::]",
  "http://[::a00:1]",
  "http://[fec0::1]",
  "http://192.168.0.1.evil.com",
  "http://localhost.evil.com",
  "http://evil.com.",
  "http://local.com",
  "http://evil.home.arpa.com",
  "http://xhome.arpa",
  "http://crm.locals",
  // A top-level domain.
  "http://ai.",
  "http://local.",
];

/** Values that no browser writes. */
const TRICKS = [
  "http://localhost@evil.com",
  "http://evil.com@localhost",
  "http://evil.com\\@localhost",
  "http://localhost/",
  "http://localhost/path",
  "http://localhost?x",
  "http://localhost#x",
  "http://LOCALHOST",
  "HTTP://localhost",
  "http://localhost:80",
  "https://localhost:443",
  " http://localhost",
  "http://localhost ",
  "http://localhost\t",
  "http://local\thost",
  "http://localhost, http://evil.com",
  "http://evil.com, http://localhost",
  "http://3232235521",
  "http://0xc0a80001",
  "http://0xc0.0xa8.0.1",
  "http://0300.0250.0.1",
  "http://192.168.1",
  "http://127.1",
  "http://１２７.0.0.1",
  "http://[::ffff:10.0.0.1]",
  "http://[0:0:0:0:0:0:0:1]",
  "http://[fe80::1%25eth0]",
  "http://",
  "http:///",
  "//localhost",
  "localhost",
  "",
  "file://",
  "file:///c:/page.html",
  "ftp://localhost",
  "ws://localhost",
  "data:text/html,x",
  "javascript://localhost/%0aalert(1)",
  "blob:http://localhost/x",
  "chrome-extension://",
  "chrome-extension://abc/page.html",
  "chrome-extension://abc@evil.com",
  "chrome-extensions://abc",
  "xchrome-extension://abc",
  "http://chrome-extension://abc",
  "Null",
  "undefined",
];

Deno.test("pages of the intranet, of this machine and of extensions are permitted", () => {
  for (const origin of PERMITTED_ORIGINS) assert.equal(decide({ origin }), "allowed", origin);
});

Deno.test("pages of the web are not, whatever they call themselves", () => {
  for (const origin of [...REFUSED_ORIGINS, ...TRICKS]) {
    assert.equal(decide({ origin }), "allowOrigins", origin);
  }
});

Deno.test("a program, which sends no Origin, passes", () => {
  assert.equal(decide({ origin: null }), "allowed");
});

Deno.test("Origin: null is permitted only where it is listed, and not by a pattern", () => {
  assert.equal(decide({ origin: "null" }), "allowOrigins");
  assert.equal(decide({ origin: "null" }, { allowOrigins: ["*"] }), "allowOrigins");
  assert.equal(decide({ origin: "null" }, { allowOrigins: ["null"] }), "allowed");
});

Deno.test("listed origins are permitted: as they are written, and by patterns", () => {
  const listed = (pattern: string, origin: string) =>
    decide({ origin }, { allowOrigins: [pattern] }) === "allowed";
  assert(listed("https://crm.example.com", "https://crm.example.com"));
  assert(listed("https://CRM.example.com/", "https://crm.example.com"));
  assert(listed("https://*.example.com", "https://a.b.example.com"));
  assert(listed("https://crm.example.com:*", "https://crm.example.com:8443"));
  assert(!listed("https://crm.example.com", "http://crm.example.com"));
  assert(!listed("https://crm.example.com", "https://crm.example.com:8443"));
  assert(!listed("https://*.example.com", "https://example.com"));
  assert(!listed("https://*.example.com", "https://crm.example.com.evil.com"));
  // The wildcard matches no part of an invalid origin.
  assert(!listed("https://*.example.com", "https://evil.com/.example.com"));
  assert(!listed("https://*.example.com", "https://evil.com@x.example.com"));
});

Deno.test("the server's own pages are permitted under every name that it may be asked for", () => {
  const rules = { allowHosts: ["phones.example.com"] };
  const said = { host: "phones.example.com", origin: "https://phones.example.com" };
  assert.equal(decide(said, rules), "allowed");
  assert.equal(
    decide({ host: "phones.example.com:43001", origin: "http://phones.example.com:43001" }, rules),
    "allowed",
  );
  // Another port is another site.
  assert.equal(
    decide({ host: "phones.example.com:43001", origin: "http://phones.example.com" }, rules),
    "allowOrigins",
  );
  assert.equal(decide({ host: "8.8.8.8:43001", origin: "http://8.8.8.8:43001" }), "allowed");
});

Deno.test("a rebound name is not: its page and the request agree, but the name is nobody's", () => {
  assert.equal(
    decide({ host: "evil.com:43001", origin: "http://evil.com:43001" }),
    "allowHosts",
  );
});

Deno.test("the server may be asked for by address, intranet name, own name or listed name", () => {
  for (
    const host of [
      "127.0.0.1",
      "8.8.8.8:43001",
      "[::1]:43001",
      "[2001:db8::1]",
      "localhost:43001",
      "LOCALHOST",
      "server",
      "server:1",
      "phones",
      "Phones:43001",
      "phones.",
      "tk.corp:43001",
      "tk.local.",
      "a.home.arpa",
    ]
  ) assert.equal(decide({ host }), "allowed", host);
  for (
    const host of [
      "evil.com",
      "evil.com:43001",
      "192.168.0.1.evil.com",
      "phones.evil.com",
      "localhost.evil.com",
      "ai.",
    ]
  ) assert.equal(decide({ host }), "allowHosts", host);
  assert.equal(decide({ host: "tk.example.com" }, { allowHosts: ["TK.example.com"] }), "allowed");
  assert.equal(decide({ host: "tk.example.com." }, { allowHosts: ["*.example.com"] }), "allowed");
  assert.equal(decide({ host: "tk.example.com" }, { ownNames: ["TK.Example.com"] }), "allowed");
});

Deno.test("an invalid Host is always refused", () => {
  for (
    const host of [
      "",
      " ",
      "a b",
      "user@127.0.0.1",
      "127.0.0.1/evil.com",
      "127.0.0.1\\evil.com",
      "127.0.0.1?",
      "127.0.0.1#",
      "127.0.0.1:99999",
      "127.0.0.1:x",
      "[::1",
      "256.1.1.1",
      "a, b c",
    ]
  ) assert.equal(decide({ host, url: "http://127.0.0.1/" }), "never", JSON.stringify(host));
});

Deno.test("the first line's URL counts as well as the header: neither hides the other", () => {
  assert.equal(decide({ host: "127.0.0.1", url: "http://evil.com/" }), "allowHosts");
  assert.equal(decide({ host: "evil.com", url: "http://127.0.0.1/" }), "allowHosts");
  // HTTP/2 has no Host header, HTTP/1.0 need not have one.
  assert.equal(decide({ host: null, url: "https://evil.com/" }), "allowHosts");
  assert.equal(decide({ host: null, url: "https://localhost:43001/" }), "allowed");
  assert.equal(
    decide({ host: null, url: "https://8.8.8.8/", origin: "https://8.8.8.8" }),
    "allowed",
  );
});

Deno.test("whatever is said, the answer is a verdict, and a public name never passes", () => {
  const word = fc.stringMatching(/^[a-z0-9.:@\\/?#\[\]% -]{0,20}$/);
  fc.assert(fc.property(word, word, (before, after) => {
    for (const host of [`${before}evil.com${after}`, before + after]) {
      const verdict = decide({ host, url: `http://${host}/`, origin: `http://${host}` });
      if (verdict !== "allowed") continue;
      const { hostname } = new URL(`http://${host}/`);
      assert(!/evil\.com\.?$/.test(hostname), host);
    }
  }));
});

Deno.test("addresses that many share are the intranet's only where a setting says so", () => {
  for (
    const [origin, expected] of [
      ["http://100.64.0.1", "allowed"],
      ["http://100.127.255.254:8080", "allowed"],
      ["http://100.63.255.255", "allowOrigins"],
      ["http://100.128.0.1", "allowOrigins"],
    ] as const
  ) {
    assert.equal(decide({ origin }), "allowOrigins", origin);
    assert.equal(decide({ origin }, { allowSharedAddresses: true }), expected, origin);
  }
});
