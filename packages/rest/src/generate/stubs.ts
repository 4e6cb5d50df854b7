import type { Endpoint, Resource } from "@shaperail/resource";
import { createTypeNames, inOrder, type TypeNames } from "./type-names.ts";

/** A file of functions that the project names, to be filled in by hand. */
export interface StubFile {
  /** `posts.controller.ts` or `posts.handlers.ts` beside the resource file; `jobs/<name>.ts` and `hooks/<name>.ts` from the project's root. */
  readonly fileName: string;
  readonly contents: string;
}

/** A function that endpoints name, with the types of what it is called with. */
interface Named {
  readonly name: string;
  readonly endpoint: string;
  readonly context: string;
  readonly role: "before" | "after" | "answers";
}

/**
 * A file per resource for its controllers and one for its handlers, where it names any: every function is there, typed, and throws until it
 * is written. Versions of a resource share the files. Modules (`wasm:`) need none.
 */
export function generateStubs(resources: readonly Resource[]): readonly StubFile[] {
  const names = createTypeNames(resources);
  const byName = Map.groupBy(inOrder(resources), ({ name }) => name);
  return [...byName].flatMap(([name, versions]) => [
    ...stubFile(
      `${name}.controller.ts`,
      versions.flatMap((resource) => resource.endpoints.flatMap((endpoint) => controllers(resource, endpoint, names))),
    ),
    ...stubFile(
      `${name}.handlers.ts`,
      versions.flatMap((resource) => resource.endpoints.flatMap((endpoint) => handlers(resource, endpoint, names))),
    ),
  ]);
}

function controllers(resource: Resource, endpoint: Endpoint, names: TypeNames): Named[] {
  const context =
    endpoint.kind === "custom" ? names.beforeContext(resource, endpoint) : names.context(resource, endpoint);
  const label = labelOf(resource, endpoint);
  return (["before", "after"] as const).flatMap((role) =>
    endpoint[role]
      .filter((name) => !name.startsWith("wasm:"))
      .map((name): Named => ({ name, endpoint: label, context, role })),
  );
}

function handlers(resource: Resource, endpoint: Endpoint, names: TypeNames): Named[] {
  if (endpoint.kind !== "custom") return [];
  const { handler = endpoint.action } = endpoint;
  const context = names.context(resource, endpoint);
  return [{ name: handler, endpoint: labelOf(resource, endpoint), context, role: "answers" }];
}

function labelOf({ version }: Resource, { action }: Endpoint): string {
  return `\`${action}\` (v${version})`;
}

function stubFile(fileName: string, named: readonly Named[]): StubFile[] {
  if (named.length === 0) return [];
  const types = [...new Set(named.map(({ context }) => context))].toSorted();
  const functions = [...Map.groupBy(named, ({ name }) => name)].map(([name, uses]) => stub(name, uses));
  return [{ fileName, contents: [importLine(types), ...functions].join("\n") }];
}

const WIDEST = 120;

function importLine(types: readonly string[]): string {
  const module = `"../.shaperail/types.ts"`;
  const line = `import type { ${types.join(", ")} } from ${module};\n`;
  return line.length <= WIDEST
    ? line
    : `import type {\n${types.map((type) => `  ${type},\n`).join("")}} from ${module};\n`;
}

const VERBS = { before: "Runs before", after: "Runs after", answers: "Answers" } as const;

function stub(name: string, uses: readonly Named[]): string {
  const about = [...new Set(uses.map(({ role, endpoint }) => `${VERBS[role]} ${endpoint}.`))].join(" ");
  const context = [...new Set(uses.map((use) => use.context))].join(" | ");
  const answer = uses.some(({ role }) => role === "answers") ? "unknown" : "void";
  // Throws rather than doing nothing: a check that is declared and lets everybody pass would be worse than an error.
  const body = `  throw new Error(\`${name.replaceAll(/[`\\$]/g, "\\$&")} is not written yet (request \${context.request_id}).\`);\n`;
  const local = isBindable(name) ? name : `function_${name.replaceAll(/[^A-Za-z0-9_]/g, "_")}`;
  const declaration = `async function ${local}(context: ${context}): Promise<${answer}> {\n${body}}\n`;
  const comment = `/** ${about.replaceAll("*/", "*\\/")} */\n`;
  if (local === name) return `${comment}export ${declaration}`;
  return `${comment}${declaration}export { ${local} as ${IDENTIFIER.test(name) ? name : JSON.stringify(name)} };\n`;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** What a module cannot call a function of its own. https://tc39.es/ecma262/#prod-ReservedWord */
const RESERVED = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static super switch " +
    "this throw true try typeof var void while with yield"
  ).split(" "),
);

function isBindable(name: string): boolean {
  return IDENTIFIER.test(name) && !RESERVED.has(name);
}
