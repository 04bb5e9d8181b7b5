/** Which LINEFORWARDLIST a change of forwarding makes of what a line reports. */
import assert from "node:assert/strict";
import type { FakeTapi } from "../../../src/fake/library.ts";
import type { ForwardCase } from "../../../src/model/forward.ts";
import type { RawForward } from "../../../src/tapi/address_status.ts";
import { LINEFORWARDMODE as MODE, nameOf } from "../../../src/tapi/constants.ts";
import { encodeForwards } from "../../../src/tapi/forward_list.ts";
import type { Memory, TapiLibrary } from "../../../src/tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINEADDRESSSTATUS,
  LINEFORWARD,
  LINEFORWARDLIST,
} from "../../../src/tapi/structs.ts";
import { decodeText } from "../../../src/tapi/text.ts";
import { setU32 } from "../../support/answers.ts";
import { TestProgram } from "../../support/program.ts";

const entry = (mode: number, to: string, more: Partial<RawForward> = {}): RawForward => ({
  mode,
  to,
  caller: "",
  countryCode: 0,
  ...more,
});

/** What a line reports: its entries, and the modes that it knows at all; 0 if it does not say. */
interface Line {
  readonly forwards?: readonly RawForward[];
  readonly possible?: number;
  readonly ringsNoAnswer?: number;
}

/** A LINEFORWARDLIST, each entry as `mode: caller -> number`; `null` if there is none. */
function readList(list: Memory | null): string[] | null {
  if (list === null) return null;
  const { dwNumEntries } = LINEFORWARDLIST.decode(list);
  const text = (size: number, offset: number) => decodeText(list.subarray(offset, offset + size));
  return Array.from({ length: dwNumEntries }, (_, i) => {
    const start = LINEFORWARDLIST.size + i * LINEFORWARD.size;
    const read = LINEFORWARD.decode(list.subarray(start, start + LINEFORWARD.size));
    const caller = text(read.dwCallerAddressSize, read.dwCallerAddressOffset);
    const to = text(read.dwDestAddressSize, read.dwDestAddressOffset);
    const country = read.dwDestCountryCode === 0 ? "" : `+${read.dwDestCountryCode} `;
    return `${nameOf(MODE, read.dwForwardMode)}: ${caller}-> ${country}${to}`;
  });
}

/** Changes what lineGetAddressStatusW and lineGetAddressCapsW have written, and takes lineForwardW. */
function reporting(
  { forwards = [], possible, ringsNoAnswer }: Line,
  taken: (list: Memory | null, ringsNoAnswer: number) => void,
) {
  return (fake: FakeTapi): Partial<TapiLibrary> => ({
    async lineGetAddressStatusW(line, address, status) {
      const result = await fake.lineGetAddressStatusW(line, address, status);
      const entries = encodeForwards(forwards, LINEADDRESSSTATUS.size);
      status.set(entries, LINEADDRESSSTATUS.size);
      const { fields } = LINEADDRESSSTATUS;
      const members = [
        [fields.dwUsedSize.offset, LINEADDRESSSTATUS.size + entries.length],
        [fields.dwForwardNumEntries.offset, forwards.length],
        [fields.Forward.offset, entries.length],
        [fields.Forward.offset + 4, LINEADDRESSSTATUS.size],
        ...ringsNoAnswer === undefined
          ? []
          : [[fields.dwNumRingsNoAnswer.offset, ringsNoAnswer] as const],
      ] as const;
      for (const [offset, value] of members) setU32(status, offset, value)(result);
      return result;
    },
    lineGetAddressCapsW: (...args) =>
      fake.lineGetAddressCapsW(...args).then(
        possible === undefined
          ? (result) => result
          : setU32(args[5], LINEADDRESSCAPS.fields.dwForwardModes.offset, possible),
      ),
    lineForwardW(_line, _all, _address, list, rings) {
      taken(list, rings);
      return Promise.resolve(0);
    },
  });
}

/** The list that the line is given for a change. */
async function listFor(
  line: Line,
  when: ForwardCase,
  to: string | null,
): Promise<string[] | null | undefined> {
  let list: string[] | null | undefined;
  await using program = await TestProgram.start({
    extensions: 1,
    changed: reporting(line, (memory) => list = readList(memory)),
  });
  await program.does({ cmd: "forward", line: "201", when, to });
  return list;
}

Deno.test("one case is changed, and the others stay as they were", async () => {
  const forwards = [entry(MODE.UNCOND, "1"), entry(MODE.BUSY, "2"), entry(MODE.NOANSW, "3")];
  const of = (when: ForwardCase, to: string | null) => listFor({ forwards }, when, to);
  assert.deepEqual(await of("always", "7"), ["BUSY: -> 2", "NOANSW: -> 3", "UNCOND: -> 7"]);
  assert.deepEqual(await of("busy", "7"), ["UNCOND: -> 1", "NOANSW: -> 3", "BUSY: -> 7"]);
  assert.deepEqual(await of("no_answer", null), ["UNCOND: -> 1", "BUSY: -> 2"]);
});

Deno.test("nothing is left to forward: the list is left out", async () => {
  assert.equal(await listFor({ forwards: [entry(MODE.BUSY, "2")] }, "busy", null), null);
  assert.equal(await listFor({}, "always", null), null);
});

Deno.test("entries for calls from inside and outside are of the same case", async () => {
  const forwards = [
    entry(MODE.UNCONDINTERNAL, "1"),
    entry(MODE.UNCONDEXTERNAL, "2"),
    entry(MODE.BUSYINTERNAL, "3"),
  ];
  assert.deepEqual(await listFor({ forwards }, "always", "7"), [
    "BUSYINTERNAL: -> 3",
    "UNCOND: -> 7",
  ]);
});

Deno.test("a line that distinguishes internal and external calls is given an entry for each", async () => {
  const { BUSYEXTERNAL, BUSYINTERNAL, BUSY, NOANSWEXTERNAL } = MODE;
  const of = (possible: number, when: ForwardCase) => listFor({ possible }, when, "7");
  assert.deepEqual(await of(BUSYINTERNAL | BUSYEXTERNAL, "busy"), [
    "BUSYINTERNAL: -> 7",
    "BUSYEXTERNAL: -> 7",
  ]);
  assert.deepEqual(await of(NOANSWEXTERNAL, "no_answer"), ["NOANSWEXTERNAL: -> 7"]);
  assert.deepEqual(await of(BUSY | BUSYINTERNAL, "busy"), ["BUSY: -> 7"]);
  assert.deepEqual(await of(0, "busy"), ["BUSY: -> 7"], "a line that does not say which");
});

Deno.test("an entry for busy and unanswered calls at once keeps the half that is not changed", async () => {
  const forwards = [
    entry(MODE.BUSYNA, "1"),
    entry(MODE.BUSYNAINTERNAL, "2"),
    entry(MODE.BUSYNAEXTERNAL, "3"),
  ];
  assert.deepEqual(await listFor({ forwards }, "busy", "7"), [
    "NOANSW: -> 1",
    "NOANSWINTERNAL: -> 2",
    "NOANSWEXTERNAL: -> 3",
    "BUSY: -> 7",
  ]);
  assert.deepEqual(await listFor({ forwards }, "no_answer", null), [
    "BUSY: -> 1",
    "BUSYINTERNAL: -> 2",
    "BUSYEXTERNAL: -> 3",
  ]);
  assert.deepEqual(await listFor({ forwards }, "always", null), [
    "BUSYNA: -> 1",
    "BUSYNAINTERNAL: -> 2",
    "BUSYNAEXTERNAL: -> 3",
  ]);
});

Deno.test("an entry for one caller stays, with its caller and country", async () => {
  const forwards = [
    entry(MODE.UNCONDSPECIFIC, "1", { caller: "+441632960001", countryCode: 44 }),
    entry(MODE.BUSYSPECIFIC, "2", { caller: "202" }),
  ];
  assert.deepEqual(await listFor({ forwards }, "always", "7"), [
    "UNCONDSPECIFIC: +441632960001-> +44 1",
    "BUSYSPECIFIC: 202-> 2",
    "UNCOND: -> 7",
  ]);
});

Deno.test("an entry whose case the line does not know is not repeated", async () => {
  const forwards = [entry(MODE.UNKNOWN, "1"), entry(MODE.UNAVAIL, ""), entry(MODE.BUSY, "2")];
  assert.deepEqual(await listFor({ forwards }, "always", "7"), ["BUSY: -> 2", "UNCOND: -> 7"]);
});

Deno.test("the number of rings until a call is unanswered stays as it is", async () => {
  let rings: number | undefined;
  await using program = await TestProgram.start({
    extensions: 1,
    changed: reporting({ ringsNoAnswer: 7 }, (_list, ringsNoAnswer) => rings = ringsNoAnswer),
  });
  await program.does({ cmd: "forward", line: "201", when: "no_answer", to: "202" });
  assert.equal(rings, 7);
});

Deno.test("a case that the line never forwards is refused, and switching it off is not", async () => {
  let lists = 0;
  await using program = await TestProgram.start({
    extensions: 1,
    changed: reporting({ possible: MODE.UNCOND }, () => lists++),
  });
  const busy = { cmd: "forward", line: "201", when: "busy" } as const;
  const { message } = await program.fails({ ...busy, to: "202" }, "not_supported");
  assert.equal(message, "The line never forwards calls in this case: busy");
  assert.equal(lists, 0);
  await program.does({ ...busy, to: null });
  assert.equal(lists, 1);
});
