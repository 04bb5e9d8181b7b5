import assert from "node:assert/strict";
import type { LineIdentity, LineSettings } from "../../src/model/line.ts";
import type { LineSignal } from "../../src/session/signals.ts";
import { Lines } from "../../src/state/lines.ts";

const CAN = ["dial", "forward"] as const;

function identity(line: string, permanentId = `p:${line}`): LineIdentity {
  return { line, name: `Line ${line}`, permanentId, provider: "p", kind: "extension" };
}

/** Lines, and what each signal has changed, in short. */
function linesOf() {
  const lines = new Lines();
  const receive = (signal: LineSignal) => shortly(lines.receive(signal));
  return {
    lines,
    receive,
    find: (line: LineIdentity, replaces?: LineIdentity) =>
      receive({ kind: "line-found", line, replaces }),
    /** Found and open. */
    open: (line: LineIdentity) => {
      receive({ kind: "line-found", line, replaces: undefined });
      receive({ kind: "line-status", line, status: "open", can: CAN });
      return line;
    },
    tried: () => shortly(lines.linesTried()),
    names: () => lines.all().map(({ line }) => line),
  };
}

function shortly(changes: ReturnType<Lines["receive"]>): string[] {
  return [...changes].map(({ change, now }) => `${now.line} ${change} ${now.status}`);
}

Deno.test("a line is closed and can do nothing until it is opened", () => {
  const { lines, find } = linesOf();
  assert.deepEqual(find(identity("201")), ["201 added closed"]);
  assert.deepEqual(lines.all(), [{
    ...identity("201"),
    status: "closed",
    forwards: [],
    messageWaiting: false,
    can: [],
  }]);
});

Deno.test("a status changes with its error and what the line can do, or not at all", () => {
  const { lines, receive, find } = linesOf();
  const line = identity("201");
  find(line);
  const status = { kind: "line-status", line } as const;
  assert.deepEqual(receive({ ...status, status: "open", can: CAN }), ["201 status open"]);
  assert.deepEqual(receive({ ...status, status: "open" }), [], "what it can do stays");
  assert.equal(lines.all()[0]?.can, CAN);
  assert.deepEqual(receive({ ...status, status: "open", can: ["dial"] }), ["201 status open"]);
  const failed = { ...status, status: "failed", error: "LINEERR_NOMEM", can: [] as const } as const;
  assert.deepEqual(receive(failed), ["201 status failed"]);
  assert.deepEqual(receive(failed), []);
  assert.deepEqual(receive({ ...failed, error: "LINEERR_INUSE" }), ["201 status failed"]);
  assert.equal(lines.all()[0]?.error, "LINEERR_INUSE");
  assert.deepEqual(receive({ ...status, status: "open" }), ["201 status open"]);
  assert(!("error" in lines.all()[0]!));
});

Deno.test("a report changes what it names, one event for each", () => {
  const { lines, receive, open } = linesOf();
  const line = open(identity("201"));
  const forwards = [{ when: "busy", to: "202" }] as const;
  const can = ["dial"] as const;
  const report = { kind: "line-report", line, forwards, messageWaiting: true, can } as const;
  assert.deepEqual(receive(report), [
    "201 forwarding open",
    "201 message_lamp open",
    "201 info open",
  ]);
  assert.deepEqual(receive({ ...report, forwards: [{ when: "busy", to: "202" }] }), []);
  assert.deepEqual(receive({ kind: "line-report", line }), []);
  for (const [when, to] of [["always", "202"], ["always", "203"]] as const) {
    assert.deepEqual(receive({ kind: "line-report", line, forwards: [{ when, to }] }), [
      "201 forwarding open",
    ]);
  }
  assert.deepEqual(receive({ kind: "line-report", line, forwards: [] }), ["201 forwarding open"]);
  const [now] = lines.all();
  assert.deepEqual([now?.forwards, now?.messageWaiting, now?.can], [[], true, can]);
});

Deno.test("each change shows in the lines before the next one is taken", () => {
  const { lines, open } = linesOf();
  const line = open(identity("201"));
  const seen = [];
  const report = {
    kind: "line-report",
    line,
    forwards: [{ when: "busy", to: "1" }],
    messageWaiting: true,
  } as const;
  for (const { now } of lines.receive(report)) seen.push(lines.all()[0] === now);
  assert.deepEqual(seen, [true, true]);
});

Deno.test("a line that is removed is closed, without its error, and heard of no more", () => {
  const { lines, receive, find, names } = linesOf();
  const line = identity("201");
  find(line);
  receive({ kind: "line-status", line, status: "failed", error: "LINEERR_NOMEM" });
  const [removed] = lines.receive({ kind: "line-removed", line });
  assert.deepEqual([removed?.change, removed?.now.status, removed?.now.can], [
    "removed",
    "closed",
    [],
  ]);
  assert(!("error" in removed!.now));
  assert.deepEqual(receive({ kind: "line-removed", line }), []);
  assert.deepEqual(receive({ kind: "line-status", line, status: "open" }), []);
  assert.deepEqual(names(), []);
});

Deno.test("lines keep their order, also when TAPI was away", () => {
  const { lines, open, names, tried } = linesOf();
  for (const line of ["203", "201", "202"]) open(identity(line));
  lines.sessionEnded();
  for (const line of ["202", "201", "203"]) open(identity(line));
  assert.deepEqual(tried(), []);
  assert.deepEqual(names(), ["203", "201", "202"]);
});

Deno.test("a line that comes back is the one that it was, and its former object gets no more events", () => {
  const { lines, receive, open, find } = linesOf();
  const before = open(identity("201"));
  receive({ kind: "line-report", line: before, messageWaiting: true });
  lines.sessionEnded();
  receive({ kind: "line-status", line: before, status: "closed" });
  const again = identity("201");
  assert.deepEqual(find(again), []);
  assert.equal(lines.all()[0]?.messageWaiting, true);
  assert.deepEqual(receive({ kind: "line-status", line: before, status: "failed" }), []);
  assert.deepEqual(receive({ kind: "line-removed", line: before }), []);
  assert.deepEqual(receive({ kind: "line-status", line: again, status: "open" }), [
    "201 status open",
  ]);
});

Deno.test("a line that comes back before its end was reported is closed first", () => {
  const { open, find } = linesOf();
  open(identity("201"));
  assert.deepEqual(find(identity("201")), ["201 status closed"]);
});

Deno.test("a line that comes back under another name or driver is the same, and one event more", () => {
  const { receive, find } = linesOf();
  const line = identity("201");
  find(line);
  assert.deepEqual(find({ ...line, name: "Anna" }), ["201 info closed"]);
  assert.deepEqual(find({ ...line, name: "Anna", provider: "q" }), ["201 info closed"]);
  assert.deepEqual(receive({ kind: "line-removed", line }), []);
});

Deno.test("a line that comes back with another extension is another line", () => {
  const { find, names } = linesOf();
  find(identity("201", "p:1"));
  assert.deepEqual(find(identity("301", "p:1")), ["201 removed closed", "301 added closed"]);
  assert.deepEqual(names(), ["301"]);
});

Deno.test("a line that takes another one's place ends it, unless it is the same", () => {
  const { find, names } = linesOf();
  const [first, same, other] = [identity("201"), identity("201"), identity("202", "p:9")];
  find(first);
  assert.deepEqual(find(same, first), []);
  assert.deepEqual(find(other, same), ["201 removed closed", "202 added closed"]);
  assert.deepEqual(names(), ["202"]);
});

Deno.test("lines that do not come back with TAPI are gone when every line has been tried", () => {
  const { lines, open, tried, names } = linesOf();
  for (const line of ["201", "202", "203"]) open(identity(line));
  assert.deepEqual(tried(), [], "TAPI was not away");
  lines.sessionEnded();
  open(identity("202"));
  assert.deepEqual(tried(), ["201 removed closed", "203 removed closed"]);
  assert.deepEqual(names(), ["202"]);
});

Deno.test("two lines with one extension are two lines", () => {
  const { receive, open, names } = linesOf();
  const [one, other] = [open(identity("201", "p:1")), open(identity("201", "p:2"))];
  assert.deepEqual(receive({ kind: "line-removed", line: one }), ["201 removed closed"]);
  assert.deepEqual(names(), ["201"]);
  assert.deepEqual(receive({ kind: "line-removed", line: other }), ["201 removed closed"]);
});

Deno.test("settings that are reported are kept, and are an event if one changes", () => {
  const { lines, receive, open } = linesOf();
  const line = open(identity("201"));
  const report = (settings: LineSettings) => receive({ kind: "line-report", line, settings });
  const voicemail = { on: true, unread: 3, read: 2 };
  assert(!("doNotDisturb" in lines.all()[0]!));
  assert.deepEqual(report({ doNotDisturb: false, voicemail }), ["201 settings open"]);
  assert.deepEqual(report({ doNotDisturb: false, voicemail: { ...voicemail } }), []);
  assert.deepEqual(report({}), []);
  assert.deepEqual(report({ doNotDisturb: true }), ["201 settings open"]);
  assert.deepEqual(report({ user: { number: "201" } }), ["201 settings open"]);
  assert.deepEqual(report({ user: null }), ["201 settings open"]);
  const { doNotDisturb, user, voicemail: kept } = lines.all()[0]!;
  assert.deepEqual([doNotDisturb, user, kept], [true, null, voicemail]);
});
