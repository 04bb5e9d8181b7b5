import assert from "node:assert/strict";
import { DeviceService } from "../../src/session/device_service.ts";
import { LINEDEVSTATE, LINEDEVSTATUSFLAGS } from "../../src/tapi/constants.ts";

const { CONNECTED, DISCONNECTED, INSERVICE, OUTOFSERVICE, RINGING } = LINEDEVSTATE;
const FLAG = LINEDEVSTATUSFLAGS;

const BOTH = FLAG.INSERVICE | FLAG.CONNECTED;

/** Whether the device is up after each of what its driver says. */
function isUpAfter(...said: readonly (readonly [states: number, flags?: number])[]): boolean[] {
  const service = new DeviceService();
  return said.map(([states, flags]) => {
    service.take(states, flags);
    return service.isUp;
  });
}

Deno.test("a device is up unless its driver says otherwise", () => {
  assert.deepEqual(isUpAfter([RINGING, 0], [0, 0]), [true, true]);
});

Deno.test("a device is down while it is out of service or disconnected", () => {
  assert.deepEqual(
    isUpAfter([OUTOFSERVICE], [DISCONNECTED], [INSERVICE], [CONNECTED]),
    [false, false, false, true],
  );
});

Deno.test("a message that says both of a thing and its opposite is believed in the worse", () => {
  assert.deepEqual(isUpAfter([INSERVICE | OUTOFSERVICE]), [false]);
});

Deno.test("a loss that is reported twice over, and the return once, is over", () => {
  for (const back of [INSERVICE, CONNECTED]) {
    assert.deepEqual(isUpAfter([OUTOFSERVICE | DISCONNECTED], [back]), [false, true]);
    // Also where the driver sets one flag alone.
    assert.deepEqual(
      isUpAfter([OUTOFSERVICE | DISCONNECTED, FLAG.INSERVICE], [back, FLAG.INSERVICE]),
      [false, true],
    );
  }
});

Deno.test("a loss is believed though the level, which never changes, does not show it", () => {
  assert.deepEqual(isUpAfter([0, BOTH], [OUTOFSERVICE, BOTH], [0, BOTH]), [true, false, false]);
});

Deno.test("a level that has changed before is believed, whatever the messages say", () => {
  assert.deepEqual(
    isUpAfter([0, BOTH], [OUTOFSERVICE, 0], [INSERVICE, 0], [0, BOTH], [DISCONNECTED, BOTH]),
    [true, false, false, true, true],
  );
});

Deno.test("a return of the one is also the other's if the level says so", () => {
  assert.deepEqual(isUpAfter([DISCONNECTED, BOTH], [INSERVICE, BOTH]), [false, true]);
});

Deno.test("a flag says nothing of what the other is about", () => {
  const { INSERVICE: flag } = FLAG;
  assert.deepEqual(isUpAfter([0, flag], [0, 0], [0, flag], [DISCONNECTED, flag]), [
    true,
    false,
    true,
    false,
  ]);
});

Deno.test("a return is not undone by flags that the driver never sets", () => {
  assert.deepEqual(isUpAfter([OUTOFSERVICE, 0], [INSERVICE, 0]), [false, true]);
});

Deno.test("a device that is opened again is up, and its driver's habits are remembered", () => {
  const service = new DeviceService();
  for (const flags of [BOTH, 0]) service.take(0, flags);
  service.reset();
  assert(service.isUp);
  service.take(0, 0);
  assert(!service.isUp);
});

Deno.test("only a driver that has lit the message lamp says something by leaving it dark", () => {
  const service = new DeviceService();
  assert.equal(service.readMessageWaiting(0), undefined);
  assert(!service.reportsMessageWaiting);
  assert.equal(service.readMessageWaiting(FLAG.MSGWAIT), true);
  assert(service.reportsMessageWaiting);
  assert.equal(service.readMessageWaiting(FLAG.INSERVICE), false);
});

Deno.test("a driver that never counts a call is not believed that there is none", () => {
  const service = new DeviceService();
  service.readCallCount(0, 1000);
  assert.deepEqual([service.isEmpty, service.emptyMs(9000)], [false, 0]);
});

Deno.test("a device is empty since its driver, which counts calls, first counted none", () => {
  const service = new DeviceService();
  service.readCallCount(1, 1000);
  assert.deepEqual([service.isEmpty, service.emptyMs(2000)], [false, 0]);
  service.readCallCount(0, 3000);
  service.readCallCount(0, 5000);
  assert.deepEqual([service.isEmpty, service.emptyMs(5000)], [true, 2000]);
});

Deno.test("a call that is counted again restarts the time", () => {
  const service = new DeviceService();
  for (const [count, atMs] of [[1, 0], [0, 1000], [2, 2000], [0, 3000]] as const) {
    service.readCallCount(count, atMs);
  }
  assert.equal(service.emptyMs(4000), 1000);
});

Deno.test("counts from before a device was reopened do not count", () => {
  const service = new DeviceService();
  service.readCallCount(1, 0);
  service.readCallCount(0, 1000);
  service.reset();
  assert.deepEqual([service.isEmpty, service.emptyMs(9000)], [false, 0]);
});
