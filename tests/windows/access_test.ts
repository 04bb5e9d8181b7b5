/** Accounts that may write, read from security descriptors; the SID of a service. */
import assert from "node:assert/strict";
import { AccessList, serviceSid } from "../../src/windows/access.ts";

const SERVICE = serviceSid("Tapi2Ws");

Deno.test("a service's SID is the one that Windows makes of its name", () => {
  // As Windows has it for its own.
  assert.equal(
    serviceSid("TrustedInstaller"),
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
  );
  assert.equal(serviceSid("tapi2ws"), SERVICE);
});

Deno.test("administrators, Windows and the service may write; anyone else is named", () => {
  const writers = (sddl: string) => new AccessList(sddl).writers(SERVICE);
  const ours = `(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;${SERVICE})`;
  assert.deepEqual(writers(`O:BAD:P${ours}`), []);
  assert.deepEqual(writers(`O:SYD:P${ours}(A;OICI;0x1200a9;;;BU)(A;;FR;;;WD)`), []);
  // What C:\\ProgramData passes on to folders in it.
  assert.deepEqual(
    writers(`O:BAD:AI${ours}(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)`),
    ["BU"],
  );
  assert.deepEqual(writers(`O:BAD:P${ours}(A;;FW;;;WD)(A;;SD;;;AU)(D;;FA;;;BG)`), ["WD", "AU"]);
  // An owner can always give himself more.
  assert.deepEqual(writers(`O:S-1-5-21-1-2-3-1001D:P${ours}`), ["S-1-5-21-1-2-3-1001"]);
  assert.deepEqual(writers(`O:${SERVICE}D:P${ours}`), []);
});
