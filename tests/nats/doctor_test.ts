/** The checks of doctor for existing streams of NATS. */
import assert from "node:assert/strict";
import { checkNats } from "../../src/cli/nats_checks.ts";
import { systemClock } from "../../src/clock.ts";
import { Link } from "../../src/nats/link.ts";
import { Streams } from "../../src/nats/streams.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { settingsOfFile } from "../support/settings.ts";

Deno.test({
  name: "doctor names each field in which a stream differs from what is wanted",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const { nats: settings } = settingsOfFile(
      `[nats]\nservers = ["${nats.urls[0]}"]\nsite = "berlin"\nnumber = 1\n`,
    );
    assert(settings);
    const ofStreams = async (replicas = 1) =>
      (await checkNats({ ...settings, replicas })).filter(({ about }) => about.startsWith("stream"))
        .map(({ about, result, message }) => `${result} ${about}: ${message}`);
    assert.deepEqual(await ofStreams(), ["note streams: they are not made yet"]);

    await using link = new Link({
      servers: nats.urls,
      name: "test",
      wantsTls: false,
      clock: systemClock,
    });
    await until(() => link.connectedForMs !== undefined);
    await new Streams(link).ensure(1);
    const made = ["fine streams: TAPI2WS, TAPI2WS_SITES"];
    assert.deepEqual(await ofStreams(), made);
    assert.deepEqual(await ofStreams(3), [
      ...made,
      "note stream TAPI2WS: num_replicas is 1 instead of 3",
      "note stream TAPI2WS_SITES: num_replicas is 1 instead of 3",
    ]);

    const api = async (path: string, body: object) => {
      const reply = await link.request(`$JS.API.STREAM.${path}`, JSON.stringify(body), 2000);
      assert.equal(JSON.parse(reply.string()).error, undefined);
    };
    await api("DELETE.TAPI2WS", {});
    await api("CREATE.TAPI2WS", {
      name: "TAPI2WS",
      subjects: ["tapi2ws.*.event.*"],
      num_replicas: 1,
      max_age: 3600e9,
      duplicate_window: 60e9,
      retention: "limits",
      discard: "old",
      storage: "memory",
      max_msgs_per_subject: 5,
    });
    assert.deepEqual((await ofStreams()).toSorted(), [
      ...made,
      "note stream TAPI2WS: max_age is 3600 s instead of 900 s",
      'note stream TAPI2WS: storage is "memory" instead of "file"',
      "wrong stream TAPI2WS: allow_direct is false instead of true",
      "wrong stream TAPI2WS: duplicate_window is 60 s instead of 120 s",
      "wrong stream TAPI2WS: max_msgs_per_subject is 5 instead of -1",
      'wrong stream TAPI2WS: republish is not set instead of {"src":"tapi2ws.*.event.*","dest":"tapi2ws.live.$1.$2"}',
    ]);
  },
});
