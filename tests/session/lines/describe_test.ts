/** How devices describe themselves, over a library that answers for one device. */
import assert from "node:assert/strict";
import { fill } from "../../../src/fake/service/fill.ts";
import type { DeviceDescription } from "../../../src/session/description.ts";
import { VENDORS } from "../../../src/session/vendors/vendors.ts";
import { describeDevice, unknownDevice } from "../../../src/session/lines/describe.ts";
import { Tapi } from "../../../src/tapi/calls.ts";
import {
  LINEADDRCAPFLAGS,
  LINEADDRESSSTATE,
  LINEDEVSTATE,
  LINEERR,
  LINEMEDIAMODE,
} from "../../../src/tapi/constants.ts";
import { TapiError } from "../../../src/tapi/errors.ts";
import { API_VERSION, type Decoded } from "../../../src/tapi/layout.ts";
import type { Memory, TapiLibrary } from "../../../src/tapi/library.ts";
import { LINEADDRESSCAPS, LINEDEVCAPS } from "../../../src/tapi/structs.ts";
import { LogRecorder } from "../../support/log.ts";

const APP = 1;
const DEVICE = 7;
const { INTERACTIVEVOICE, AUTOMATEDVOICE, DATAMODEM, UNKNOWN } = LINEMEDIAMODE;

type AddressCaps = Partial<Decoded<typeof LINEADDRESSCAPS>>;

interface Described {
  readonly caps?: Partial<Decoded<typeof LINEDEVCAPS>>;
  /** By their ids; an address that is left out does not answer. */
  readonly addresses?: readonly (AddressCaps | undefined)[];
  readonly isGroup?: (extension: string) => boolean;
}

/** Describes a device that answers so. */
async function describe(
  { caps, addresses = [{ Address: "201" }], isGroup = () => false }: Described,
): Promise<DeviceDescription | undefined> {
  const answer = (write: () => void) => {
    write();
    return Promise.resolve(0);
  };
  const library: Pick<
    TapiLibrary,
    "lineNegotiateAPIVersion" | "lineGetDevCapsW" | "lineGetAddressCapsW"
  > = {
    lineNegotiateAPIVersion: (_app, _device, _low, _high, version: Memory) =>
      answer(() => new DataView(version.buffer).setUint32(0, API_VERSION, true)),
    lineGetDevCapsW: (_app, _device, _version, _extVersion, into) =>
      answer(() =>
        fill(LINEDEVCAPS, into, {
          dwMediaModes: INTERACTIVEVOICE,
          dwNumAddresses: addresses.length,
          dwPermanentLineID: 5,
          LineName: "Anna",
          ProviderInfo: "provider",
          ...caps,
        })
      ),
    lineGetAddressCapsW: (_app, _device, addressId, _version, _extVersion, into) => {
      const address = addresses[addressId];
      if (address === undefined) return Promise.resolve(LINEERR.INVALADDRESSID | 0);
      return answer(() => fill(LINEADDRESSCAPS, into, address));
    },
  };
  const tapi = new Tapi(library as TapiLibrary);
  return await describeDevice({ tapi, app: APP, isGroup, vendors: VENDORS }, DEVICE);
}

/** What the lines of a device are known by. */
async function identitiesOf(described: Described) {
  const description = await describe(described);
  return description?.addresses.map(({ addressId, identity }) => {
    return [addressId, identity.line, identity.permanentId];
  });
}

Deno.test("a device has a line for each of its addresses, with a permanent id of its own", async () => {
  assert.deepEqual(await identitiesOf({ addresses: [{ Address: "201" }, { Address: "250" }] }), [
    [0, "201", "provider:5"],
    [1, "250", "provider:5:1"],
  ]);
});

Deno.test("a second address without a text is no line", async () => {
  const description = await describe({ addresses: [{ Address: "201" }, {}, { Address: "250" }] });
  assert.deepEqual(description?.addresses.map(({ addressId }) => addressId), [0, 2]);
  assert.equal(description?.isComplete, true);
});

Deno.test("a line goes by its address, else by its name, else by its device's id", async () => {
  assert.equal((await identitiesOf({ addresses: [{}] }))?.[0]?.[1], "Anna");
  assert.equal((await identitiesOf({ addresses: [{}], caps: { LineName: "" } }))?.[0]?.[1], "7");
});

Deno.test("a device that claims no address has one all the same", async () => {
  const [only, ...others] = await identitiesOf({ caps: { dwNumAddresses: 0 } }) ?? [];
  assert.deepEqual([only, others], [[0, "201", "provider:5"], []]);
});

Deno.test("a device that claims more addresses than any has is asked for 64", async () => {
  const addresses = Array.from({ length: 70 }, (_, id) => ({ Address: String(200 + id) }));
  assert.equal((await identitiesOf({ addresses }))?.length, 64);
});

Deno.test("a device with an address that does not answer is not described completely", async () => {
  await using log = await LogRecorder.start();
  const description = await describe({ addresses: [{ Address: "201" }, undefined] });
  assert.equal(log.count(/Line device 7 does not report its address 1: .*INVALADDRESSID/), 1);
  assert.deepEqual(description?.addresses.map(({ identity }) => identity.line), ["201"]);
  assert.equal(description?.isComplete, false);
});

Deno.test("a device that reports voice, or UNKNOWN alone, is for voice", async () => {
  const isForVoice = async (dwMediaModes: number) =>
    await describe({ caps: { dwMediaModes } }) !== undefined;
  for (const modes of [INTERACTIVEVOICE, AUTOMATEDVOICE | DATAMODEM, UNKNOWN]) {
    assert(await isForVoice(modes), String(modes));
  }
  for (const modes of [0, DATAMODEM, UNKNOWN | DATAMODEM]) {
    assert(!await isForVoice(modes), String(modes));
  }
});

Deno.test("a device is opened with those modes and asked for those states that it has and that are used", async () => {
  const { CAPSCHANGE, FORWARD, NUMCALLS } = LINEADDRESSSTATE;
  const description = await describe({
    caps: {
      dwMediaModes: INTERACTIVEVOICE | UNKNOWN | DATAMODEM,
      dwLineStates: LINEDEVSTATE.INSERVICE | LINEDEVSTATE.RINGING,
    },
    addresses: [
      { Address: "201", dwAddressStates: FORWARD | NUMCALLS },
      { Address: "250", dwAddressStates: CAPSCHANGE },
    ],
  });
  assert.deepEqual(description?.caps, {
    apiVersion: API_VERSION,
    mediaModes: INTERACTIVEVOICE | UNKNOWN,
    lineStates: LINEDEVSTATE.INSERVICE,
    addressStates: FORWARD | CAPSCHANGE,
  });
});

Deno.test("an address at which calls wait for a group is the group's, or one that the settings name", async () => {
  const { ACDGROUP, DIALED, QUEUE } = LINEADDRCAPFLAGS;
  const kindOf = async (dwAddrCapFlags: number, isGroup?: Described["isGroup"]) => {
    const addresses = [{ Address: "201", dwAddrCapFlags }];
    const description = await describe({ addresses, ...isGroup && { isGroup } });
    return description?.addresses[0]?.identity.kind;
  };
  for (const flags of [ACDGROUP, QUEUE | DIALED]) assert.equal(await kindOf(flags), "group");
  assert.equal(await kindOf(DIALED), "extension");
  assert.equal(await kindOf(DIALED, (extension) => extension === "201"), "group");
});

Deno.test("a device keeps its GUID, else its driver's number, else its name and extension", async () => {
  const idOf = async (caps: Described["caps"]) => (await identitiesOf({ caps: caps! }))?.[0]?.[2];
  const PermanentLineGuid = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
  assert.equal(await idOf({ PermanentLineGuid }), "04030201-0605-0807-090a-0b0c0d0e0f10");
  assert.equal(await idOf({ dwPermanentLineID: 0 }), "provider:Anna:201");
});

Deno.test("a line has the features of its address and of its device", async () => {
  const description = await describe({
    caps: { dwLineFeatures: 1, dwSettableDevStatus: 9 },
    addresses: [{
      Address: "201",
      dwCallCompletionModes: 10,
      dwAddressFeatures: 2,
      dwCallFeatures: 3,
      dwCallFeatures2: 4,
      dwForwardModes: 5,
      dwParkModes: 6,
      dwTransferModes: 7,
      dwAddrCapFlags: 8,
    }],
  });
  assert.deepEqual(description?.addresses[0]?.features, {
    line: 1,
    address: 2,
    call: 3,
    call2: 4,
    forwardModes: 5,
    parkModes: 6,
    transferModes: 7,
    flags: 8,
    settable: 9,
    completionModes: 10,
  });
});

Deno.test("a device that cannot be asked has one line, which is named by the device's id", async () => {
  const tapi = new Tapi(
    {
      lineNegotiateAPIVersion: () => Promise.resolve(LINEERR.INCOMPATIBLEAPIVERSION | 0),
    } as Pick<TapiLibrary, "lineNegotiateAPIVersion"> as TapiLibrary,
  );
  const described = describeDevice({ tapi, app: APP, isGroup: () => false, vendors: [] }, DEVICE);
  await assert.rejects(described, (error) => {
    assert(error instanceof TapiError);
    assert.equal(error.codeName, "LINEERR_INCOMPATIBLEAPIVERSION");
    return true;
  });
  const { addresses, isComplete } = unknownDevice(DEVICE);
  assert.deepEqual(addresses.map(({ identity }) => identity.line), ["device 7"]);
  assert.equal(isComplete, false);
});
