/** TLS and nkeys, with users that have exactly the rights of the manual's sample. */
import assert from "node:assert/strict";
import { nkeys } from "@nats-io/nats-core/internal";
import { systemClock } from "../../src/clock.ts";
import { Link, type LinkOptions } from "../../src/nats/link.ts";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import { sample } from "../support/manual.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { NatsAccounts } from "../support/nats_accounts.ts";
import { until } from "../support/patience.ts";
import { settingsOfFile } from "../support/settings.ts";
import { TestGateway, TestSite } from "./rig.ts";

/** A new user: the seed, and the key that the server knows. */
function newUser(): { readonly nkey: string; readonly publicKey: string } {
  const user = nkeys.createUser();
  return { nkey: new TextDecoder().decode(user.getSeed()), publicKey: user.getPublicKey() };
}

const [BERLIN, MUNICH, GATEWAY] = [newUser(), newUser(), newUser()];

/** The manual's sample, with its first user once for each of two sites. */
function usersOfManual(): string {
  const text = sample("conf", "tapi2ws.live");
  const [, berlin = ""] = /( +\{ nkey: UBERLIN[\s\S]*?\n {4}\} \}\n)/.exec(text) ?? [];
  assert(berlin.includes("allow_responses"));
  return text
    .replace(
      berlin,
      `${berlin}${berlin.replaceAll("berlin", "munich").replace("UBERLIN", "UMUNICH")}`,
    )
    .replace("UBERLIN", BERLIN.publicKey)
    .replace("UMUNICH", MUNICH.publicKey)
    .replace("UGATEWAY", GATEWAY.publicKey);
}

Deno.test({
  name: "the manual's rights are enough over TLS, and a site has nothing of another's",
  ignore: !hasNats || !hasOpenSsl,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-nats-tls-" });
    const { root, cert, key } = await makeCertificate("nats");
    await Deno.writeTextFile(`${folder}/cert.pem`, cert);
    await Deno.writeTextFile(`${folder}/key.pem`, key);
    await using nats = await NatsServers.start(
      1,
      `tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }\n${usersOfManual()}`,
    );
    const secure = (user: { readonly nkey: string }): Partial<LinkOptions> => ({
      wantsTls: true,
      roots: root,
      credentials: { nkey: user.nkey },
    });
    await using gateway = new TestGateway(nats.urls, 1, secure(GATEWAY));
    await gateway.ready();
    const site = new TestSite({
      servers: nats.urls,
      number: 1,
      name: "berlin",
      link: secure(BERLIN),
      execute: (command) =>
        Promise.resolve({ ok: true, outcome: { slot: JSON.stringify(command) } }),
    });
    await using other = new TestSite({
      servers: nats.urls,
      number: 2,
      name: "munich",
      link: secure(MUNICH),
    });
    await until(() => gateway.gateway.lines().length === 6);
    other.publish();
    await until(() => other.site.backlog === 0);
    const command = { cmd: "drop", line: "berlin/201" } as const;
    assert.deepEqual(await gateway.gateway.commands.execute(command), {
      ok: true,
      outcome: { slot: '{"cmd":"drop","line":"201"}' },
    });
    // A second gateway asks sites for their state.
    await using second = new TestGateway(nats.urls, 1, secure(GATEWAY));
    await second.ready();
    assert.deepEqual(second.content, gateway.content);
    // A site that stops is buried by gateways.
    await site[Symbol.asyncDispose]();
    await until(() => gateway.gateway.sites.some(({ state }) => state === "lost"));

    await refused(nats.urls, secure(BERLIN), other.site.life);
    // Without TLS, without a user, with roots that do not fit.
    for (
      const link of [
        { ...secure(BERLIN), credentials: undefined },
        { ...secure(BERLIN), roots: undefined },
      ]
    ) {
      const stranger = new Link({
        servers: nats.urls,
        name: "x",
        clock: systemClock,
        wantsTls: true,
        ...link,
      });
      await until(() => stranger.problem !== undefined);
      assert.equal(stranger.connectedForMs, undefined);
      await stranger.close();
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a server without TLS is refused where the settings want it",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const link = new Link({ servers: nats.urls, name: "x", clock: systemClock, wantsTls: true });
    await until(() => link.problem !== undefined);
    assert.match(link.problem ?? "", /does not support 'tls'/);
    assert.equal(link.connectedForMs, undefined);
    await link.close();
  },
});

Deno.test({
  name:
    "a file of credentials authenticates a site and a gateway; one of another operator does not",
  ignore: !hasNats,
  async fn() {
    const accounts = new NatsAccounts();
    await using nats = await NatsServers.start(1, accounts.config);
    const linkWith = (creds: string): Partial<LinkOptions> => {
      const text = `provider = "nats"\n[nats]\nservers = ["nats://a"]\ncreds = "user.creds"\n`;
      const settings = settingsOfFile(text, (path) => path === "user.creds" ? creds : undefined);
      return { credentials: settings.nats?.credentials };
    };
    await using gateway = new TestGateway(nats.urls, 1, linkWith(accounts.newUser()));
    await gateway.ready();
    await using site = new TestSite({
      servers: nats.urls,
      number: 1,
      link: linkWith(accounts.newUser()),
    });
    await until(() => gateway.gateway.lines().length === 3);
    assert.equal(site.site.problem, undefined);

    const stranger = new Link({
      servers: nats.urls,
      name: "x",
      clock: systemClock,
      wantsTls: false,
      ...linkWith(new NatsAccounts().newUser()),
    });
    await until(() => stranger.problem !== undefined);
    assert.match(stranger.problem ?? "", /authorization violation/i);
    assert.equal(stranger.connectedForMs, undefined);
    await stranger.close();
  },
});

/** As the site berlin, tries what is munich's or everybody's. */
async function refused(
  servers: readonly string[],
  options: Partial<LinkOptions>,
  munich: string,
): Promise<void> {
  const link = new Link({
    servers,
    name: "berlin",
    clock: systemClock,
    wantsTls: true,
    ...options,
  });
  await until(() => link.connectedForMs !== undefined);
  const isRefused = async (attempt: () => unknown, subject: string) => {
    await attempt();
    await until(
      () => link.problem?.includes(`"${subject}"`) === true,
      () => `a refusal of ${subject}`,
    );
  };
  for (
    const subject of [
      "tapi2ws.munich.event.201",
      "tapi2ws.munich.site",
      "tapi2ws.munich.alive",
      `tapi2ws.munich.cmd.${munich}`,
      `tapi2ws.munich.ask.${munich}`,
      "tapi2ws.live.munich.201",
      "$JS.API.DIRECT.GET.TAPI2WS",
      "$JS.API.DIRECT.GET.TAPI2WS.tapi2ws.munich.event.201",
      "$JS.API.STREAM.MSG.GET.TAPI2WS",
      "$JS.API.STREAM.CREATE.ANY",
      "$JS.API.STREAM.DELETE.TAPI2WS",
      "$JS.API.STREAM.PURGE.TAPI2WS",
      "$JS.API.STREAM.UPDATE.TAPI2WS",
      "$JS.API.CONSUMER.CREATE.TAPI2WS",
      "_INBOX_gateway.x",
    ]
  ) {
    await isRefused(() => link.publish(subject, "{}"), subject);
  }
  for (
    const subject of [
      "tapi2ws.live.*.*",
      "tapi2ws.munich.event.*",
      "tapi2ws.munich.cmd.*",
      "tapi2ws.*.alive",
      "_INBOX_gateway.>",
      "_INBOX_munich.>",
      ">",
    ]
  ) {
    await isRefused(() => link.subscribe(subject, () => assert.fail(subject)), subject);
  }
  await link.close();
}
