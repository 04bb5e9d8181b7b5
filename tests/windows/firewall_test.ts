/** Rules of the firewall, as Windows writes them into the registry. */
import assert from "node:assert/strict";
import { actionOf } from "../../src/windows/firewall.ts";

const PROGRAM = "C:\\Program Files\\Tapi2Ws\\tapi2ws.exe";
const rule = (fields: string) => actionOf(`v2.32|${fields}|Name=Tapi2Ws|`, 43001, PROGRAM, "C:");

Deno.test("a rule for the port, the program, or both, is about it", () => {
  for (
    const fields of [
      "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=43001",
      "Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=80|LPort=43001",
      "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10=43000-43010",
      `Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=43001|App=${PROGRAM.toLowerCase()}`,
      "Action=Allow|Active=TRUE|Dir=In|App=%ProgramFiles%\\Tapi2Ws\\tapi2ws.exe",
      "Action=Allow|Active=TRUE|Dir=In",
    ]
  ) assert.equal(rule(fields), "Allow", fields);
  assert.equal(rule(`Action=Block|Active=TRUE|Dir=In|Protocol=6|App=${PROGRAM}`), "Block");
});

Deno.test("one that is off, for another port, program, direction or protocol is not", () => {
  for (
    const fields of [
      "Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=43001",
      "Action=Allow|Active=TRUE|Dir=Out|Protocol=6|LPort=43001",
      "Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=43001",
      "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=43002",
      "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC",
      "Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=43001|App=C:\\other.exe",
    ]
  ) assert.equal(rule(fields), undefined, fields);
});
