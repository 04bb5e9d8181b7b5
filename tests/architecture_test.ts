/** Reads the imports of src/ and holds them to the arrows of the architecture. */
import assert from "node:assert/strict";
import { dirname, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? ".", "..", "src");

/** Which folder may import from which. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "rights", "windows"],
  rights: ["tapi", "windows"],
  program: [
    "bus",
    "directory",
    "journal",
    "metrics",
    "nats",
    "numbers",
    "server",
    "session",
    "settings",
    "state",
    "tapi",
  ],
  gateway: ["metrics", "nats", "numbers", "program", "server", "settings"],
  cli: [
    "bus",
    "gateway",
    "directory",
    "nats",
    "numbers",
    "program",
    "provider",
    "rights",
    "server",
    "session",
    "settings",
    "state",
    "tapi",
    "windows",
  ],
  provider: ["bus", "fake", "rights", "settings", "tapi"],
  settings: [],
  numbers: ["bus", "settings"],
  log: [],
  semaphore: [],
  clock: [],
  patterns: [],
  tapi: [],
  windows: ["tapi"],
  model: [],
  bus: [],
  fake: ["model", "tapi"],
  session: ["tapi"],
  state: ["bus", "session"],
  server: ["bus", "client", "extension", "manual", "panel", "settings"],
  manual: [],
  client: [],
  panel: ["client"],
  extension: ["client", "panel"],
  journal: ["bus"],
  metrics: ["bus"],
  directory: ["bus", "settings"],
  nats: ["bus"],
};
/** The parts that each part may import. */
const EVERYWHERE = ["log", "clock", "model", "patterns", "semaphore"];
/** Files in which values of the runtime may appear. */
const DENO_VALUES = [
  "main.ts",
  "rights.ts",
  "program.ts",
  "gateway.ts",
  "provider.ts",
  "log.ts",
  "cli/machine.ts",
  "cli/main.ts",
  "directory/http.ts",
  "nats/transport.ts",
  "settings/reload.ts",
  "settings/setting.ts",
  "windows/symbols.ts",
  "server/net/listen_error.ts",
  "server/net/guarded_port.ts",
  "server/net/open_port.ts",
  "server/net/tcp_stream.ts",
];
/** Files that may check outside text with zod. */
const ZOD = [
  "settings/access_rules.ts",
  "settings/number_rules.ts",
  "settings/directory.ts",
  "settings/setting.ts",
  "settings/value_types.ts",
  "fake/scenarios/scenario.ts",
  "nats/wire.ts",
  "server/validation.ts",
  "server/classic/messages.ts",
  "server/http/simulations.ts",
  "server/v2/requests.ts",
  "server/v2/schema.ts",
];
/** Tables, which are not split. */
const TABLES = [
  "tapi/constants.ts",
  "tapi/structs.ts",
  "tapi/symbols.ts",
  "windows/symbols.ts",
];
/** The client library's types: one file, so that a page's author has one to copy. */
const TYPES = "client/client.d.ts";
const MOST_LINES = 300;

interface Source {
  /** Below src/, such as `tapi/calls.ts`. */
  readonly file: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function* filesBelow(folder: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = resolve(folder, name);
    if (isDirectory) yield* filesBelow(path);
    else if (/\.[jt]s$/.test(name)) yield path;
  }
}

const SOURCES: readonly Source[] = [...filesBelow(ROOT)].map((path) => {
  const text = Deno.readTextFileSync(path);
  const specifiers = text.matchAll(/(?<!")\b(?:from|import)\s*\(?\s*"([^"]+)"/g);
  return {
    file: relative(ROOT, path).replaceAll("\\", "/"),
    text,
    imports: [...specifiers].map(([, specifier]) => specifier ?? ""),
  };
});

/** `tapi/calls.ts` -> `tapi`, `log.ts` -> `log`. */
const partOf = (file: string) => file.replace(/\.[jt]s$/, "").split("/")[0] ?? "";

function localImports({ file, imports }: Source): string[] {
  return imports.filter((specifier) => specifier.startsWith(".")).map((specifier) =>
    relative(ROOT, resolve(ROOT, dirname(file), specifier)).replaceAll("\\", "/")
  );
}

Deno.test("the sources are found", () => {
  assert(SOURCES.length > 20);
  assert(SOURCES.some(({ imports }) => imports.length > 5));
});

Deno.test("imports follow the arrows", () => {
  for (const source of SOURCES) {
    const part = partOf(source.file);
    const allowed = ARROWS[part];
    assert(allowed, `${source.file} belongs to no part of the architecture`);
    for (const target of localImports(source)) {
      const to = partOf(target);
      const outside = target.startsWith("../");
      assert(
        outside
          ? target === "../deno.json" && part === "program"
          : [part, ...allowed, ...EVERYWHERE]
            .includes(to),
        `${source.file} must not import ${target}`,
      );
    }
  }
});

Deno.test("no import cycle", () => {
  const graph = new Map(SOURCES.map((source) => [source.file, localImports(source)]));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    assert(!path.includes(file), `cycle: ${[...path, file].join(" -> ")}`);
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
});

Deno.test("a server that stands alone loads nothing of what connects several", () => {
  const loaded = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = SOURCES.find((source) => source.file === file)?.text ?? "";
    // Neither types nor what is imported on demand.
    const statements = text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?"([^"]+)"/gm);
    for (const [, specifier = ""] of statements) {
      if (specifier.startsWith(".")) {
        visit(relative(ROOT, resolve(ROOT, dirname(file), specifier)).replaceAll("\\", "/"));
      } else packages.add(specifier);
    }
  };
  visit("cli/main.ts");
  assert(loaded.has("program.ts") && loaded.has("bus/bus.ts") && packages.has("zod"));
  assert.deepEqual([...loaded].filter((file) => file.startsWith("nats/")), []);
  assert.deepEqual([...packages].filter((name) => name.startsWith("@nats-io/")), []);
});

Deno.test("the client library is checked, and has nothing of ours but its modules and the model's words", () => {
  const library = SOURCES.filter(({ file }) => partOf(file) === "client");
  const served = SOURCES.find(({ file }) => file === "server/http/assets.ts")?.imports ?? [];
  for (const { file, text, imports } of library) {
    assert(served.includes(`../../${file}`), `${file} is not served`);
    if (file === TYPES) {
      assert(imports.every((specifier) => specifier.startsWith("../model/")), file);
      continue;
    }
    assert(file.endsWith(".js") && text.startsWith("// @ts-check\n"), `${file} must be checked`);
    for (const specifier of imports) {
      assert.match(
        specifier,
        /^\.\/(?:[a-z_]+\.js|client\.d\.ts)$/,
        `${file} imports ${specifier}`,
      );
    }
  }
});

Deno.test("the panel is checked, and has nothing of ours but what every page can have", () => {
  const panel = SOURCES.filter(({ file }) => partOf(file) === "panel");
  assert(panel.length > 10);
  for (const { file, text, imports } of panel) {
    assert(file.endsWith(".js") && text.startsWith("// @ts-check\n"), `${file} must be checked`);
    for (const specifier of imports) {
      const isOwn = /^\.\/[a-z_]+\.js$/.test(specifier);
      // The served library, in comments its types, and what authors are told to write.
      const isLibrary = ["../client.js", "../client/client.d.ts", "${server}client.js"]
        .includes(specifier);
      const isModel = specifier.startsWith("../model/");
      assert(isOwn || isLibrary || isModel, `${file} imports ${specifier}`);
    }
  }
});

Deno.test("the extension is checked; its modules import what is packed, its content scripts nothing", () => {
  const extension = SOURCES.filter(({ file }) => partOf(file) === "extension");
  assert(extension.length > 10);
  for (const { file, text, imports } of extension) {
    assert(file.endsWith(".js") && text.startsWith("// @ts-check\n"), `${file} must be checked`);
    for (const specifier of imports) {
      const isOwn = /^\.\/[a-z_]+\.js$/.test(specifier);
      const isPacked = /^\.\.\/(?:client|panel|model)\/[a-z_.]+$/.test(specifier);
      assert(isOwn || isPacked, `${file} imports ${specifier}`);
    }
  }
  for (const name of ["tel_links.js", "numbers.js"]) {
    const script = extension.find(({ file }) => file === `extension/${name}`);
    assert(script && !/^(?:import|export) /m.test(script.text), `${name} is no script`);
  }
});

Deno.test("the server hands out every file of the panel and of the extension", () => {
  const folders = [
    // The panel's pages have routes of their own.
    { folder: "panel", besides: /^deno\.json$|\.html$/ },
    { folder: "extension", besides: /^deno\.json$/ },
  ];
  for (const { folder, besides } of folders) {
    const files = SOURCES.find(({ file }) => file === `server/http/${folder}_files.ts`);
    for (const { name } of Deno.readDirSync(resolve(ROOT, folder))) {
      if (besides.test(name)) continue;
      const line = `export { default as "${name}" } from "../../${folder}/${name}" with {`;
      assert(files?.text.includes(line), `${name} is not served`);
    }
  }
});

Deno.test("the server takes what browsers run as text, and runs none of it", () => {
  for (const { file, text } of SOURCES) {
    if (!file.startsWith("server/")) continue;
    const statements = text.matchAll(/^(?:import|export) [^;]*? from "([^"]+)"[^;]*;/gm);
    for (const [statement, specifier] of statements) {
      if (!/\/(?:client|extension|panel)\//.test(specifier ?? "")) continue;
      assert(/ with \{\s*type: "(?:text|bytes)",?\s*\};$/.test(statement), `${file}: ${statement}`);
    }
  }
});

Deno.test("packages come in by their bare names, and zod only where outside text does", () => {
  for (const { file, imports } of SOURCES) {
    for (const specifier of imports) {
      assert(!/^(npm|jsr|https?):/.test(specifier), `${file} imports ${specifier}`);
      if (specifier === "zod") assert(ZOD.includes(file), `${file} imports zod`);
    }
  }
});

Deno.test("native libraries are opened in one module, which runs before any package does", () => {
  for (const { file, text } of SOURCES) {
    if (file === "rights.ts") continue;
    assert(!/\b(?:dlopen|UnsafeCallback\(|UnsafePointer\b|UnsafeFnPointer)/.test(text), file);
  }
  const main = SOURCES.find(({ file }) => file === "main.ts");
  assert(main);
  assert.equal(main.imports[0], "./rights.ts", "main.ts imports something before");
  // Everything else comes when the libraries are open, and the permission is given up.
  assert.match(main.text, /\n(?:const .*= )?await import\("\.\/cli\/main\.ts"\);/);
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = SOURCES.find((source) => source.file === file);
    assert(source, file);
    for (const specifier of source.imports) {
      assert(/^(\.|node:)/.test(specifier), `${file} imports ${specifier}`);
    }
    for (const next of localImports(source)) visit(next);
  };
  for (const file of localImports(main)) if (file !== "cli/main.ts") visit(file);
});

Deno.test("values of the runtime appear in their places only", () => {
  for (const { file, text } of SOURCES) {
    if (DENO_VALUES.includes(file)) continue;
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "").replaceAll(
      /satisfies Deno\.\w+/g,
      "",
    );
    assert(!/\bDeno\./.test(code), `${file} uses Deno`);
  }
});

Deno.test("every module says first what it owns, and is short", () => {
  for (const { file, text } of SOURCES) {
    assert(/^(?:\/\/ @ts-check\n)?\/\*\*/.test(text), `${file} does not begin with a comment`);
    if (TABLES.includes(file) || file === TYPES) continue;
    const lines = text.split("\n").length - 1;
    assert(lines <= MOST_LINES, `${file} has ${lines} lines`);
  }
});
