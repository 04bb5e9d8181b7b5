// @ts-check
/** The commands that have a method of their own: how its arguments become the command's fields. */
/** @import * as Api from "./client.d.ts" */

/**
 * @satisfies {{ readonly [Cmd in keyof Api.Commands]:
 *   (...args: Parameters<Api.Commands[Cmd]>) => object }}
 */
const FIELDS = {
  dial: (line, number) => ({ line: `${line}`, number }),
  drop: (target) => about(target),
  answer: (target) => about(target),
  hold: (target) => about(target),
  unhold: (target) => about(target),
  swap: (line) => ({ line: `${line}` }),
  transfer: (target, number) => ({ ...about(target), number }),
  consult: (target, number) => ({ ...about(target), number }),
  complete: (line, mode) => ({ line: `${line}`, mode }),
  park: (target, slot) => ({ ...about(target), slot }),
  unpark: (line, slot) => ({ line: `${line}`, slot }),
  pickup: (line, { from, group } = {}) => ({
    line: `${line}`,
    from: from === undefined ? undefined : `${from}`,
    group,
  }),
  redirect: (target, number) => ({ ...about(target), number }),
  dtmf: (target, digits) => ({ ...about(target), digits }),
  forget: (target) => about(target),
  forward: (line, when, to) => ({ line: `${line}`, when, to }),
  dnd: (line, on) => ({ line: `${line}`, on }),
  group: (line, mode, group) => ({ line: `${line}`, mode, group }),
  login: (line, user) => ({ line: `${line}`, user: `${user}` }),
  logout: (line) => ({ line: `${line}` }),
  account: (line, code) => ({ line: `${line}`, code }),
  lamp: (line, on) => ({ line: `${line}`, on }),
  intrude: (line, extension) => ({ line: `${line}`, extension: `${extension}` }),
  listen: (line, extension) => ({ line: `${line}`, extension: `${extension}` }),
  vendor: (line, data) => ({ line: `${line}`, data }),
  ping: () => ({}),
};

/** Those that resolve with the server's result; the others resolve with nothing. */
const WITH_RESULT = new Set(["dial", "consult", "park", "unpark", "pickup"]);

/** @type {(command: Api.Client["command"]) => Api.Commands} */
export function methodsOver(command) {
  const methods = Object.entries(FIELDS).map(([cmd, fieldsOf]) => {
    const fields = /** @type {(...args: unknown[]) => Record<string, unknown>} */ (fieldsOf);
    return [cmd, async (/** @type {unknown[]} */ ...args) => {
      const result = await command(cmd, fields(...args));
      return WITH_RESULT.has(cmd) ? result : undefined;
    }];
  });
  return Object.fromEntries(methods);
}

/** @type {(target: Api.Target) => object} */
function about(target) {
  if ("id" in target) return { call: target.id };
  return "call" in target ? { call: target.call } : { line: `${target.line}` };
}
