import { parseSync } from "oxc-parser";

/** Every module a source file names: in `import`, `export … from` and `import("…")` with a literal. */
export function importedModules(fileName: string, code: string): string[] {
  const { module, errors } = parseSync(fileName, code);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${fileName} cannot be parsed: ${error.message}`);
  const fromImports = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const fromExports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  const fromCalls = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^(["'`])([^"'`$]+)\1$/.exec(code.slice(start, end));
    return literal?.[2] === undefined ? [] : [literal[2]];
  });
  return [...new Set([...fromImports, ...fromExports, ...fromCalls])];
}

/** `@scope/name` or `name` of a module that is not a file and not part of Node; undefined otherwise. */
export function packageNameOf(module: string): string | undefined {
  if (/^(\.|\/|node:|#)/.test(module)) return undefined;
  const [first = "", second = ""] = module.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
