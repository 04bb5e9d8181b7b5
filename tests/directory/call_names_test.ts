/** Which numbers of calls are looked up, and when again. */
import assert from "node:assert/strict";
import { CallNames } from "../../src/directory/call_names.ts";
import type { Party } from "../../src/model/call.ts";
import { ManualClock } from "../support/clock.ts";
import { callEvent, shown, strictBus } from "../support/events.ts";
import { until } from "../support/patience.ts";
import { settingsWith } from "../support/settings.ts";

Deno.test("a number is looked up once in a call, and again when it is known what it is", async () => {
  const bus = strictBus();
  const asked: string[] = [];
  const found: string[] = [];
  using _names = new CallNames(settingsWith("").directory, {
    bus,
    clock: new ManualClock(),
    simulation: {
      lookUp(number) {
        asked.push(number);
        return { entries: number.startsWith("+") ? [{ name: "Ada", company: "" }] : [], lateMs: 0 };
      },
    },
    port: { found: (_call, number) => void found.push(number) },
  });
  const hear = (called: Party) =>
    bus.publish(callEvent({ direction: "out", caller: shown("201"), called }));
  const number = "901632960001";
  hear(shown(number));
  hear(shown(number));
  hear({ ...shown(number), e164: "+441632960001" });
  hear({ ...shown(number), e164: "+441632960001" });
  await until(() => found.length > 0);
  assert.deepEqual(asked, [number, "+441632960001"]);
  assert.deepEqual(found, [number]);
});
