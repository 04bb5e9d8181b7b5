/**
 * N: text by its form. Some drivers put ANSI bytes where UTF-16 belongs; a number then reads as Chinese
 * characters without a digit.
 */
import assert from "node:assert/strict";
import { PARTY } from "../native/standin.ts";
import { bits, fieldTest, shown } from "./rig.ts";

const NUMBERS = ["04963", "049634", "+49 (30) 1-2", "201", "*31#0171"];
const PARTIES = ["caller", "called", "connected", "redirecting", "redirection"] as const;

function ansi(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

for (const number of NUMBERS) {
  for (const ending of ["\0", "\0\0", ""]) {
    const name = `${number}${ending.replaceAll("\0", "\\0")}`;
    fieldTest(`the bytes of ${name} are the number`, {}, async (field) => {
      field.play("new a 0");
      const call = field.handle("a");
      field.standin.setPartyText(call, PARTY.CALLER, "number", ansi(number + ending));
      field.standin.set("LINECALLINFO", {
        dwCallerIDFlags: bits("LINECALLPARTYID", "ADDRESS"),
        dwOrigin: bits("LINECALLORIGIN", "EXTERNAL"),
      }, call);
      field.play("state a OFFERING ACTIVE");
      await field.call({ caller: shown(number) });
      await field.classicAnswers();
      assert.equal(field.frames()[0]?.callerId, number);
    });
  }
}

fieldTest("every party's number", {}, async (field) => {
  await field.talk("a", 0, PARTIES.map((party, i) => `${party}=ansi:017${i}5`).join(" "));
  await field.call(Object.fromEntries(PARTIES.map((party, i) => [party, shown(`017${i}5`)])));
});

fieldTest(
  "the extension",
  { before: (standin) => standin.setText(0, "address", ansi("333\0")) },
  async (field) => {
    assert.deepEqual((await field.lines()).map(({ line }) => line).sort(), ["202", "333"]);
    await field.talk("a", 0);
    assert.equal((await field.calls())[0].line, "333");
    await field.does({ cmd: "drop", line: "333" });
  },
);

fieldTest("where calls are forwarded to", {}, async (field) => {
  // Told in UTF-16 as it should be: it stays as it is.
  field.standin.addForward(0, bits("LINEFORWARDMODE", "UNCOND"), "0171");
  field.play("addrstate 0 FORWARD");
  await field.becomes(async () => (await field.line("201")).forwards, [{
    when: "always",
    to: "0171",
  }]);
});

for (const text of ["0171", "٠١٧١", "０１７１", "Анна", "受付", "王5"]) {
  fieldTest(`UTF-16 stays what it is: ${text}`, {}, async (field) => {
    await field.talk("a", 0, `caller=${text}`);
    await field.call({ caller: shown(text) });
  });
}

for (const text of ["受付", "㐰ㄴ㌶", "Ünal", "Ada"]) {
  fieldTest(`names are not numbers: ${text}`, {}, async (field) => {
    await field.talk("a", 0, `caller=0171 callern=${text}`);
    await field.call({ caller: shown("0171", text) });
  });
}
