/** Makes the files of the client library stand alone: one module of many, types with every word. */

const IMPORT = /^import \{\s*\w+(?:,\s*\w+)*,?\s*\} from "\.\/\w+\.js";\n/gm;
const TYPE_IMPORT = /^\/\*\* @import .* from "\.\/[\w.]+" \*\/\n/gm;
const SIBLING_TYPE_IMPORT = /^\/\*\* @import .* from "\.\/\w+\.js" \*\/\n/gm;
const EXPORT = /^export (?=(?:async )?(?:class|const|function)\b)/gm;
const MODEL_IMPORT = /^import type \{[^}]*\} from "\.\.\/model\/\w+\.ts";\n/gm;
const WORD_OF_LIST = /\btypeof (\w+)\[number\]/g;
const LINE_WIDTH = 80;

/**
 * Joins modules whose names at top level are all different, and which use each other only once all
 * of them have run.
 *
 * @param entry The text of the module whose exports stay.
 * @param others Those of the modules that it and they import, by `import { name } from "./file.js"`.
 */
export function joinModules(entry: string, ...others: readonly string[]): string {
  return [
    entry.replaceAll(IMPORT, "").replaceAll(SIBLING_TYPE_IMPORT, ""),
    ...others.map((text) =>
      text.replace("// @ts-check\n", "").replaceAll(IMPORT, "").replaceAll(TYPE_IMPORT, "")
        .replaceAll(EXPORT, "")
    ),
  ].join("\n");
}

/**
 * Writes the words of the model where types refer to its lists, as `typeof CALL_STATES[number]`.
 *
 * @param model The exports of the imported modules.
 * @throws TypeError when the types refer to a list that is not there.
 */
export function spellOut(types: string, model: Readonly<Record<string, unknown>>): string {
  return types.replaceAll(MODEL_IMPORT, "").replaceAll(WORD_OF_LIST, (_, name: string) => {
    const list = model[name];
    if (!Array.isArray(list)) throw new TypeError(`The model has no list ${name}`);
    const words = list.map((word) => JSON.stringify(word));
    const line = words.join(" | ");
    return line.length < LINE_WIDTH ? line : words.map((word) => `\n  | ${word}`).join("");
  });
}
