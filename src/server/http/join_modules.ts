/** Joins ES modules into one, so that a page imports, or saves, a single file. */

const IMPORT = /^import \{\s*\w+(?:,\s*\w+)*,?\s*\} from "\.\/\w+\.js";\n/gm;
const TYPE_IMPORT = /^\/\*\* @import .* from "\.\/[\w.]+" \*\/\n/gm;
const SIBLING_TYPE_IMPORT = /^\/\*\* @import .* from "\.\/\w+\.js" \*\/\n/gm;
const EXPORT = /^export (?=(?:async )?(?:class|const|function)\b)/gm;

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
