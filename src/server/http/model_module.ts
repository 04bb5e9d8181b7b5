/** Modules of the model as JavaScript, for what browsers run. */

/** A module of JSON values, patterns, and functions that use nothing but what it exports. */
export function asJavaScript(module: object): string {
  const code = (name: string, value: unknown) => {
    if (typeof value === "function") return `export ${value}\n`;
    const text = value instanceof RegExp ? `${value}` : JSON.stringify(value);
    return `export const ${name} = ${text};\n`;
  };
  return Object.entries(module).map(([name, value]) => code(name, value)).join("");
}
