/** Whom tokens belong to, and what becomes of those who are connected when the rules change. */
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from "jose";
import type { JwtRule } from "../../../src/settings/access_rules.ts";
import { Identities } from "../../../src/server/access/identities.ts";
import { ManualClock } from "../../support/clock.ts";
import { ANYONE } from "../../support/identity.ts";
import { LogRecorder } from "../../support/log.ts";
import { rulesFor, tokenRule } from "../../support/server.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const bytes = (text: string) => new TextEncoder().encode(text);

function rig(
  rules: Parameters<typeof rulesFor>[1] = {},
  anonymous: typeof ANYONE | undefined = ANYONE,
) {
  const clock = new ManualClock();
  return { clock, identities: new Identities(rulesFor(anonymous, rules), clock) };
}

const inAnHour = (clock: ManualClock) => Math.floor(clock.nowMs() / 1000) + 3600;

/** A token with the usual claims but for those given. */
function jwt(
  clock: ManualClock,
  claims: Record<string, unknown> = {},
  header: JWTHeaderParameters = { alg: "HS256" },
): SignJWT {
  return new SignJWT({
    sub: "ada",
    can: ["monitor"],
    lines: ["2*"],
    exp: inAnHour(clock),
    ...claims,
  }).setProtectedHeader(header);
}

Deno.test("a token is its owner's, and nobody else's", async () => {
  const { identities } = rig({
    tokens: [tokenRule("one", { lines: ["201"] }), tokenRule("two", { can: ["monitor"] })],
  });
  assert.deepEqual(await identities.identify("one"), {
    name: "one",
    can: ["monitor", "control"],
    lines: ["201"],
    dial: { allow: undefined, deny: undefined },
  });
  assert.deepEqual((await identities.identify("two"))?.can, ["monitor"]);
  for (const wrong of ["", "One", "one ", "three", "a".repeat(100_000), tokenRule("one").sha256]) {
    assert.equal(await identities.identify(wrong), undefined);
  }
});

Deno.test("an expired token is not valid", async () => {
  const clock = new ManualClock();
  const expiresAtMs = clock.nowMs() + 1000;
  const identities = new Identities(
    rulesFor(ANYONE, { tokens: [tokenRule("t", { expiresAtMs })] }),
    clock,
  );
  assert.equal((await identities.identify("t"))?.expiresAtMs, expiresAtMs);
  clock.advance(999);
  assert(await identities.identify("t"));
  clock.advance(1);
  assert.equal(await identities.identify("t"), undefined);
});

Deno.test("one's own dial rules stand in for those for everyone, key by key", async () => {
  const { identities } = rig({
    dial: { allow: ["0*"], deny: ["00*"] },
    tokens: [tokenRule("a"), tokenRule("b", { dial: { deny: [] } })],
  });
  assert.deepEqual((await identities.identify("a"))?.dial, { allow: ["0*"], deny: ["00*"] });
  assert.deepEqual((await identities.identify("b"))?.dial, { allow: ["0*"], deny: [] });
  assert.deepEqual(identities.anonymous?.dial, { allow: ["0*"], deny: ["00*"] });
});

Deno.test("a JSON Web Token grants what it claims, until it ends", async () => {
  const { identities, clock } = rig({ jwt: { key: { secret: SECRET } } });
  const token = await jwt(clock).sign(bytes(SECRET));
  assert.deepEqual(await identities.identify(token), {
    name: "ada",
    can: ["monitor"],
    lines: ["2*"],
    dial: { allow: undefined, deny: undefined },
    expiresAtMs: inAnHour(clock) * 1000,
  });
  const words = await jwt(clock, { can: "monitor control fly", lines: "201 202", sub: undefined })
    .sign(bytes(SECRET));
  const { name, can, lines } = await identities.identify(words) ?? {};
  assert.deepEqual([name, can, lines], ["jwt", ["monitor", "control"], ["201", "202"]]);
  const bare = await jwt(clock, { can: undefined, lines: undefined }).sign(bytes(SECRET));
  const nothing = await identities.identify(bare);
  assert.deepEqual([nothing?.can, nothing?.lines], [[], []]);
  clock.advance(3_600_000);
  assert.equal(await identities.identify(token), undefined);
});

Deno.test("a token that was signed otherwise, by others, or not at all is not valid", async () => {
  const { identities, clock } = rig({
    jwt: { key: { secret: SECRET }, issuer: "sso", audience: "phones" },
  });
  const good = (alg = "HS256") => jwt(clock, {}, { alg }).setIssuer("sso").setAudience("phones");
  assert(await identities.identify(await good().sign(bytes(SECRET))));
  const { privateKey } = await generateKeyPair("RS256");
  const wrong = [
    await good().sign(bytes(SECRET.replace("0", "1"))),
    await good("HS512").sign(bytes(SECRET)),
    await good("RS256").sign(privateKey),
    await jwt(clock).setIssuer("evil").setAudience("phones").sign(bytes(SECRET)),
    await jwt(clock).setIssuer("sso").setAudience("mail").sign(bytes(SECRET)),
    await jwt(clock, { exp: undefined }).setIssuer("sso").setAudience("phones").sign(bytes(SECRET)),
    await good().setNotBefore(inAnHour(clock)).sign(bytes(SECRET)),
    new UnsecuredJWT({ sub: "ada", can: ["control"], lines: ["*"], exp: inAnHour(clock) }).encode(),
    "a.b.c",
    "..",
  ];
  for (const token of wrong) assert.equal(await identities.identify(token), undefined, token);
  const [header, , signature] = (await good().sign(bytes(SECRET))).split(".");
  const forged = btoa(JSON.stringify({ sub: "root", can: ["control"], lines: ["*"], exp: 4e9 }));
  assert.equal(await identities.identify(`${header}.${forged}.${signature}`), undefined);
});

Deno.test("public keys: a token signed by one of them; no secret made of the key's text", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const stranger = await generateKeyPair("ES256");
  const jwks = JSON.stringify({
    keys: [{ ...await exportJWK(publicKey), kid: "k1", alg: "ES256" }],
  });
  const { identities, clock } = rig({ jwt: { key: { jwks } } });
  const header = { alg: "ES256", kid: "k1" };
  const good = await jwt(clock, {}, header).sign(privateKey);
  assert.equal((await identities.identify(good))?.name, "ada");
  const bad = await jwt(clock, {}, header).sign(stranger.privateKey);
  assert.equal(await identities.identify(bad), undefined);
  const confused = await jwt(clock, {}, { alg: "HS256", kid: "k1" }).sign(
    bytes(jwks),
  );
  assert.equal(await identities.identify(confused), undefined);
  identities.setRules(rulesFor(undefined, { jwt: { key: { jwks: '{"keys":1}' } } }));
  assert.equal(await identities.identify(good), undefined, "a broken key set opens nothing");
  assert.equal(identities.anonymous, undefined, "and keeps nothing else from being used");
});

Deno.test("a signed token has a name of its own: text, and nobody else's", async () => {
  const tokens = [tokenRule("ada")];
  const { identities, clock } = rig({ tokens, jwt: { key: { secret: SECRET } } });
  const named = async (sub: unknown) =>
    (await identities.identify(await jwt(clock, { sub: sub as string }).sign(bytes(SECRET))))?.name;
  assert.equal(await named("bob"), "bob");
  assert.equal(await named("ada"), "ada (jwt)");
  assert.equal(await named("anonymous"), "anonymous (jwt)");
  assert.equal(await named({ name: "ada" }), undefined);
  assert.equal(await named(7), undefined);
});

Deno.test("a key of the set that cannot be used refuses the tokens that name it, and no others", async () => {
  await using log = await LogRecorder.start();
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwks = JSON.stringify({
    keys: [
      { ...await exportJWK(publicKey), kid: "good", alg: "ES256" },
      { kty: "RSA", n: "AAAA", e: "AQAB", kid: "short", alg: "RS256" },
      { kty: "OKP", crv: "Ed25519", x: "AAAA", kid: "damaged", alg: "EdDSA" },
    ],
  });
  const { identities, clock } = rig({ jwt: { key: { jwks } } });
  const good = await jwt(clock, {}, { alg: "ES256", kid: "good" }).sign(privateKey);
  const [, claims, signature] = good.split(".");
  for (const header of [{ alg: "RS256", kid: "short" }, { alg: "EdDSA", kid: "damaged" }]) {
    const token = `${btoa(JSON.stringify(header)).replaceAll("=", "")}.${claims}.${signature}`;
    assert.equal(await identities.identify(token), undefined, header.kid);
  }
  assert.equal(log.count(/JSON Web Token cannot be verified: .*(2048 bits|Invalid public key)/), 2);
  assert(await identities.identify(good));
});

Deno.test("rules of now hold for those who are there: changed, revoked, let in", async () => {
  const rule: JwtRule = { key: { secret: SECRET } };
  const { identities, clock } = rig({ tokens: [tokenRule("a"), tokenRule("b")], jwt: rule });
  const who = {
    a: await identities.identify("a"),
    b: await identities.identify("b"),
    jwt: await identities.identify(await jwt(clock).sign(bytes(SECRET))),
    anonymous: identities.anonymous,
    nobody: identities.unauthenticated(clock.nowMs() + 1000),
  };
  const renewed = () =>
    Object.fromEntries(
      Object.entries(who).map(([key, identity]) => [key, identity && identities.renew(identity)]),
    );
  identities.setRules(
    rulesFor(undefined, { tokens: [tokenRule("a", { lines: ["201"] })], jwt: rule }),
  );
  let now = renewed();
  assert.deepEqual(now["a"]?.lines, ["201"]);
  assert.equal(now["b"], undefined);
  assert.equal(now["jwt"]?.name, "ada");
  assert.equal(now["anonymous"], undefined);
  assert.equal(now["nobody"], who.nobody);
  identities.setRules(rulesFor(ANYONE, { jwt: { key: { secret: SECRET.replace("0", "9") } } }));
  now = renewed();
  assert.equal(now["jwt"], undefined);
  assert.equal(now["nobody"]?.name, "anonymous");
  assert.equal(identities.renew(ANYONE), undefined, "nobody's identity");
});
