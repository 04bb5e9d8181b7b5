/** What a device says of itself, in the bytes of the fake exchange. */
import assert from "node:assert/strict";
import { createFakeTapi, type FakeTapi } from "../../../src/fake/library.ts";
import { describeDevice, readFeatures } from "../../../src/session/lines/describe.ts";
import { Tapi } from "../../../src/tapi/calls.ts";
import {
  LINEADDRESSSTATE,
  LINECALLFEATURE,
  LINEDEVSTATE,
  LINEERR,
  LINEMEDIAMODE,
} from "../../../src/tapi/constants.ts";
import { TapiError } from "../../../src/tapi/errors.ts";
import type { Memory, TapiLibrary } from "../../../src/tapi/library.ts";
import { LINEADDRESSCAPS, LINEDEVCAPS } from "../../../src/tapi/structs.ts";
import { ManualClock } from "../../support/clock.ts";
import { setU32 } from "../../support/answers.ts";
import { LogRecorder } from "../../support/log.ts";

/** The fake exchange's devices: one that is not for voice comes before the extensions. */
const MINIPORT = 0;
const DEVICE_OF_201 = 1;
const CAPS = LINEDEVCAPS.fields;

type Change = (fake: FakeTapi) => Partial<TapiLibrary>;

/** The device as it is described, and described again. */
async function described(deviceId: number, change: Change = () => ({})) {
  const clock = new ManualClock();
  const fake = createFakeTapi({ clock, polite: true, callsPerMinute: 0, seed: 1 });
  const tapi = new Tapi({ ...fake, ...change(fake) });
  const { app } = await tapi.initialize("test");
  const device = await describeDevice({ tapi, app, clock }, deviceId);
  return { device, line: device?.lines[0], again: () => readFeatures({ tapi, app }, device!) };
}

/** Changes what lineGetDevCapsW has written. */
const withDevCaps = (edit: (caps: Memory) => void): Change => ({ lineGetDevCapsW }) => ({
  async lineGetDevCapsW(...args) {
    const result = await lineGetDevCapsW(...args);
    if (result === 0) edit(args[4]);
    return result;
  },
});

function setGuid(caps: Memory, bytes: readonly number[]): void {
  caps.set(bytes, CAPS.PermanentLineGuid.offset);
}

const NO_GUID = Array<number>(16).fill(0);

Deno.test("a device that carries no voice is no line", async () => {
  assert.equal((await described(MINIPORT)).device, undefined);
});

Deno.test("a line is what its driver says it is", async () => {
  const { device, line } = await described(DEVICE_OF_201);
  assert(device && line);
  assert.deepEqual([device.id, device.name, line.addressId], [DEVICE_OF_201, "201", 0]);
  const { permanentId, ...identity } = line.identity;
  assert.deepEqual(identity, {
    line: "201",
    name: "Extension 201",
    provider: "Tapi2Ws fake exchange",
  });
  assert.match(permanentId, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
});

Deno.test("a device is opened for voice, and asked to report only what the program uses", async () => {
  const { DATAMODEM, INTERACTIVEVOICE, UNKNOWN } = LINEMEDIAMODE;
  const { device } = await described(
    DEVICE_OF_201,
    withDevCaps((caps) => {
      const put = (offset: number, value: number) => setU32(caps, offset, value)(0);
      put(CAPS.dwMediaModes.offset, INTERACTIVEVOICE | UNKNOWN | DATAMODEM);
      put(CAPS.dwLineStates.offset, 0xffffffff);
    }),
  );
  assert(device);
  assert.equal(device.caps.mediaModes, INTERACTIVEVOICE | UNKNOWN);
  const { INSERVICE, MSGWAITON, RINGING } = LINEDEVSTATE;
  for (const state of [INSERVICE, MSGWAITON]) assert.notEqual(device.caps.lineStates & state, 0);
  assert.equal(device.caps.lineStates & RINGING, 0);
  const { FORWARD, NUMCALLS } = LINEADDRESSSTATE;
  assert.equal(device.caps.addressStates & (FORWARD | NUMCALLS), FORWARD);
});

Deno.test("no state is asked for that the driver cannot report", async () => {
  const { device } = await described(
    DEVICE_OF_201,
    withDevCaps((caps) => setU32(caps, CAPS.dwLineStates.offset, LINEDEVSTATE.MSGWAITON)(0)),
  );
  assert.equal(device?.caps.lineStates, LINEDEVSTATE.MSGWAITON);
});

Deno.test("the permanent id is the GUID, as Windows writes it", async () => {
  const { line } = await described(
    DEVICE_OF_201,
    withDevCaps((caps) => setGuid(caps, Array.from({ length: 16 }, (_, i) => i))),
  );
  assert.equal(line?.identity.permanentId, "03020100-0504-0706-0809-0a0b0c0d0e0f");
});

Deno.test("without a GUID it is the driver's number, and without that the line's name", async () => {
  const of = async (number: number) => {
    const { line } = await described(
      DEVICE_OF_201,
      withDevCaps((caps) => {
        setGuid(caps, NO_GUID);
        setU32(caps, CAPS.dwPermanentLineID.offset, number)(0);
      }),
    );
    return line?.identity.permanentId;
  };
  assert.equal(await of(7), "Tapi2Ws fake exchange:7");
  assert.equal(await of(0), "Tapi2Ws fake exchange:Extension 201:201");
});

Deno.test("a device that does not report its address goes by its name, and by its id without one", async () => {
  await using log = await LogRecorder.start();
  const silent: Change = () => ({
    lineGetAddressCapsW: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0),
  });
  const { line, device } = await described(DEVICE_OF_201, silent);
  assert.equal(line?.name, "Extension 201");
  assert.equal(device?.caps.addressStates, 0);
  assert.deepEqual([line?.features.address, line?.features.call], [0, 0]);
  assert.equal(log.count(/Line device 1 does not report its address: .*OPERATIONUNAVAIL/), 1);
  const { line: nameless } = await described(DEVICE_OF_201, (fake) => ({
    ...silent(fake),
    ...withDevCaps((caps) => caps.fill(0, CAPS.LineName.offset, CAPS.LineName.offset + 8))(fake),
  }));
  assert.equal(nameless?.name, "1");
});

Deno.test("a device that cannot be asked is not described", async () => {
  for (const fn of ["lineNegotiateAPIVersion", "lineGetDevCapsW"] as const) {
    const failing = described(DEVICE_OF_201, () => ({
      [fn]: () => Promise.resolve(LINEERR.NODEVICE | 0),
    }));
    await assert.rejects(failing, (error) => {
      assert(error instanceof TapiError);
      assert.deepEqual([error.fn, error.codeName], [fn, "LINEERR_NODEVICE"]);
      return true;
    });
  }
});

Deno.test("what can be done on an address is read again when it may have changed", async () => {
  let features: number = LINECALLFEATURE.DROP;
  const { line, again } = await described(DEVICE_OF_201, ({ lineGetAddressCapsW }) => ({
    lineGetAddressCapsW: (...args) =>
      lineGetAddressCapsW(...args)
        .then(setU32(args[5], LINEADDRESSCAPS.fields.dwCallFeatures.offset, features)),
  }));
  assert.equal(line?.features.call, LINECALLFEATURE.DROP);
  features = LINECALLFEATURE.DROP | LINECALLFEATURE.PARK;
  assert.deepEqual(await again(), { ...line.features, call: features });
});
