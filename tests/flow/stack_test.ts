/** How deep the program is: the frames between a command's text in the socket and the TAPI function. */
import assert from "node:assert/strict";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { TestProgram } from "../support/program.ts";

const MOST_FRAMES = 15;

interface Frame {
  /** Such as `Requests.send`. */
  readonly fn: string;
  /** Below src/, with line and column. */
  readonly place: string;
}

/** The frames of the program itself, also those that await; innermost first. */
function framesOf(stack: string): Frame[] {
  return stack.split("\n").flatMap((line) => {
    const [, fn = "", place] = line.match(/^ +at (?:async )?(?:(.*) \()?file:.*\/src\/([^)]+)/) ??
      [];
    return place === undefined || place.startsWith("fake/") ? [] : { fn, place };
  });
}

/** A function has one frame, wherever it is in it. */
function isSame(a: Frame, b: Frame): boolean {
  const fileOf = ({ place }: Frame) => place.replace(/:.*/, "");
  return a.fn === b.fn && fileOf(a) === fileOf(b);
}

/**
 * Every frame on the way of a v2 `transfer`, from the socket's `onmessage` to the call of
 * lineBlindTransferW.
 *
 * V8 shows the functions that await, but ends where a promise is settled by hand: at the request that
 * waits for its LINE_REPLY. Whoever called that is seen when the request sets its timer. And of the
 * functions that a message runs through before the first of them waits, V8 shows the callers only at
 * that time: they are seen when the command's first request sets its timer, in the turn in which the
 * message came.
 */
async function framesOfTransfer(): Promise<Frame[]> {
  let atFunction = "";
  const atTimers: string[] = [];
  await using program = await TestProgram.start({
    changed: (fake) => ({
      lineBlindTransferW(...args) {
        atFunction = new Error().stack ?? "";
        return fake.lineBlindTransferW(...args);
      },
    }),
  });
  const call = await program.talk("201");
  const client = await program.connect("/", [V2_PROTOCOL]);
  await program.pass(() => client.texts.length === 1);
  const { clock } = program;
  const setTimer = clock.setTimeout.bind(clock);
  clock.setTimeout = (callback, delayMs) => {
    if (atFunction === "") atTimers.push(new Error().stack ?? "");
    return setTimer(callback, delayMs);
  };
  client.send({ cmd: "transfer", call, number: "203" });
  await program.pass(() => client.texts.length === 2);
  assert.match(client.texts[1] ?? "", /"type":"result"/);
  const requests = atTimers.filter((stack) => stack.includes("/src/server/"));
  const [first, last] = [requests[0], requests.at(-1)].map((stack) => framesOf(stack ?? ""));
  const [inSocket, inRequest] = [first ?? [], last ?? []];
  const outermost = inRequest.at(-1);
  const known = inSocket.findIndex((frame) => outermost !== undefined && isSame(frame, outermost));
  assert(known >= 0, `no request of the command was seen:\n${atTimers.join("\n")}`);
  return [...framesOf(atFunction), ...inRequest, ...inSocket.slice(known + 1)];
}

Deno.test(`a command reaches TAPI in at most ${MOST_FRAMES} frames from the socket's message`, async () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  try {
    const frames = await framesOfTransfer();
    const list = frames.map(({ fn, place }) => `  ${fn || "(anonymous)"} ${place}`).join("\n");
    assert.match(
      frames.at(-1)?.fn ?? "",
      /onmessage$/,
      `it does not begin at the socket:\n${list}`,
    );
    assert.match(frames[0]?.place ?? "", /^tapi\//, `it does not end at the library:\n${list}`);
    assert(frames.length <= MOST_FRAMES, `${frames.length} frames:\n${list}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});
