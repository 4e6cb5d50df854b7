import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasErrors, parseYaml, toPlain } from "@shaperail/source";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseResource, parseResources, RESOURCE_RULES, resourceJsonSchema } from "./index.ts";

const folder = join(import.meta.dirname, "../fixtures");
const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => readFileSync(join(folder, name), "utf8"));
const accepts = new Ajv2020({ strict: false }).compile(resourceJsonSchema());

/** Whatever the text: it ends in a model or in errors, each with a known code, a place and a cure. */
function endsWell(text: string): void {
  const { resource, diagnostics } = parseResource(text, { file: "a.yaml" });
  expect(resource === undefined).toBe(hasErrors(diagnostics));
  for (const { code, span, message, fix } of diagnostics) {
    expect(RESOURCE_RULES.has(code)).toBe(true);
    expect(message).not.toBe("");
    expect(fix).toBeTruthy();
    expect(span?.start.offset).toBeLessThanOrEqual(text.length);
  }
  expect(parseResources([{ file: "a.yaml", text }]).resources.length).toBeLessThanOrEqual(1);
}

/** JSON is YAML; the schema and the parser must give it the same verdict, apart from rules beyond a schema. */
function agree(document: unknown): void {
  const { root } = parseYaml(JSON.stringify(document), { file: "a.yaml" });
  const { diagnostics } = parseResource(JSON.stringify(document), { file: "a.yaml" });
  const structural = diagnostics.filter(({ code }) => RESOURCE_RULES.get(code)?.beyondSchema === false);
  expect({ accepted: accepts(toPlain(root!)), structural }).toEqual({ accepted: structural.length === 0, structural });
}

const words = (text: string) => fc.constantFrom(...text.split(" "));
const someWords = (text: string) => fc.array(words(text), { maxLength: 3 });
const scalar = fc.oneof(
  words("id title list public admin GET /articles users.id wasm:a.wasm local 5mb uuid bigint __proto__ constructor"),
  fc.boolean(),
  fc.integer({ min: -2, max: 70 }),
  fc.constantFrom("", " ", null, 0.5, "é"),
);
/** Nearly always what belongs there, so that documents reach the rules. */
const mostly = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: usual }, { weight: 1, arbitrary: fc.oneof(scalar, fc.array(scalar)) });
/** A map with these keys and up to three of the others. */
const sparse = (always: Record<string, fc.Arbitrary<unknown>>, others: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .subarray(Object.keys(others), { maxLength: Math.min(3, Object.keys(others).length) })
    .chain((keys) =>
      fc.record({ ...always, ...Object.fromEntries(keys.map((key) => [key, mostly(others[key] ?? scalar)])) }),
    );

const type = words("uuid string integer number boolean timestamp date enum json array file");
const constraints = {
  min: fc.constantFrom(-1, 0, 2),
  max: fc.constantFrom(0, 3, 2.5),
  format: words("email url uuid date"),
  values: someWords("draft published"),
  ref: words("users.id users a.b.c"),
};
const field = sparse(
  { type: mostly(type) },
  {
    ...Object.fromEntries(
      ["primary", "generated", "required", "unique", "nullable", "sensitive", "transient", "search"].map((flag) => [
        flag,
        fc.boolean(),
      ]),
    ),
    default: fc.oneof(scalar, fc.array(scalar)),
    items: fc.oneof(type, sparse({ type }, constraints)),
    ...constraints,
    typo: scalar,
  },
);
const hook = fc.oneof(words("check wasm: wasm:a.js wasm:a.wasm"), someWords("check notify wasm:a.wasm"));
const endpoint = sparse(
  { auth: mostly(fc.oneof(words("public owner admin"), someWords("admin owner public"))) },
  {
    method: words("GET POST PUT PATCH DELETE get"),
    path: words("/a /a/:id /a/:x/:x /a/:x/b/:xy /v1/a /v1a /sagas a /a/../b /a/:id/b /a:b / /a/ /.a"),
    input: someWords("id title"),
    filters: someWords("title"),
    search: someWords("title"),
    sort: someWords("title"),
    pagination: words("cursor offset none"),
    cache: sparse(
      { ttl: fc.constantFrom(0, 1, 60) },
      { invalidate_on: someWords("create update delete created"), stale: fc.constantFrom(-1, 0, 30) },
    ),
    controller: sparse({}, { before: hook, after: hook }),
    events: someWords("a.b c.d"),
    jobs: someWords("index mail"),
    subscribers: fc.array(sparse({}, { event: words("a.b"), handler: words("notify") }), { maxLength: 2 }),
    handler: words("answer"),
    upload: sparse(
      { field: words("cover"), storage: words("local s3 floppy") },
      { max_size: fc.constantFrom("5mb", "5 mb", "0", 1024, 0, "1tb"), types: someWords("png image/*") },
    ),
    rate_limit: sparse({ max_requests: fc.constantFrom(0, 1) }, { window_secs: fc.constantFrom(0, 60) }),
    soft_delete: fc.boolean(),
    typo: scalar,
  },
);
const relation = sparse(
  { resource: words("users"), type: words("belongs_to has_many has_one many") },
  { key: words("title"), foreign_key: words("article_id"), typo: scalar },
);
const index = sparse({}, { fields: someWords("title id"), unique: fc.boolean(), order: words("asc desc up") });

const base = { resource: "articles", version: 1 };
const id = { type: "uuid", primary: true, generated: true };
const fieldName = words("title created_by deleted_at xmin Title a-b constructor");
const action = words("list get create update delete bulk_create bulk_delete publish custom Publish");
const document = fc.oneof(
  fc.tuple(fieldName, field).map(([name, value]) => ({ ...base, schema: { id, [name]: value } })),
  fc.tuple(action, endpoint).map(([name, value]) => ({ ...base, schema: { id }, endpoints: { [name]: value } })),
  relation.map((value) => ({ ...base, schema: { id }, relations: { other: value } })),
  fc.array(index, { maxLength: 2 }).map((indexes) => ({ ...base, schema: { id }, indexes })),
  sparse(
    { schema: mostly(fc.constant({ id })) },
    {
      resource: words("articles Articles pg_stat shaperail_x saga_executions"),
      version: fc.constantFrom(1, 0, 1.5),
      db: words("default"),
      tenant_key: words("id"),
      endpoints: fc.constant({}),
      typo: scalar,
    },
  ).map((value) => ({ ...base, ...value })),
);

const many = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join("\n");

test("any text ends in a model or in errors", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300, unit: "binary" }), endsWell), { numRuns: 300 });
});

test("any JSON value, which is YAML too, ends in a model or in errors", () => {
  const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value));
  fc.assert(fc.property(json, endsWell), { numRuns: 300 });
});

test("a fixture with a stretch cut out, doubled or replaced ends in a model or in errors", () => {
  const marks = fc.constantFrom(
    "",
    "\n",
    "\t",
    "{",
    "[",
    "}",
    "]",
    ":",
    "- ",
    "&a ",
    "*a",
    "? ",
    "!!x ",
    "'",
    "|",
    "\0",
  );
  const mutated = fc
    .record({ text: fc.constantFrom(...texts), from: fc.nat(2_000), length: fc.nat(40), put: marks })
    .map(({ text, from, length, put }) => {
      const start = from % (text.length + 1);
      return text.slice(0, start) + put + text.slice(start + length);
    });
  fc.assert(fc.property(mutated, endsWell), { numRuns: 500 });
});

test("any document made of the format's words ends in a model or in errors", () => {
  const text = document.map((value) => JSON.stringify(value, null, 2));
  fc.assert(fc.property(text, endsWell), { numRuns: 500 });
});

test("the schema and the parser agree about any document, apart from rules beyond a schema", () => {
  fc.assert(fc.property(document, agree), { numRuns: 1_000 });
});

test.each([
  { what: "aliases that multiply", text: `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n` },
  { what: "lists without end", text: "[".repeat(20_000) },
  { what: "maps without end", text: "{a: ".repeat(20_000) },
  { what: "marks without end", text: "- ".repeat(20_000) },
  { what: "a huge file", text: `resource: ${"a".repeat(10_000_000)}` },
  {
    what: "many fields, many endpoints",
    text: `resource: a\nversion: 1\nschema:\n${many(1_500, (n) => `  f${n}: { type: string, transient: true }`)}\nendpoints:\n${many(1_500, (n) => `  e${n}: { auth: public }`)}`,
  },
  {
    what: "many names that are no fields",
    text: `resource: a\nversion: 1\nschema:\n${many(200, (n) => `  field_${n}: { type: string }`)}\nindexes:\n${many(3_000, (n) => `  - { fields: [fiedl_${n}x] }`)}`,
  },
  { what: "many keys", text: many(20_000, (n) => `k${n}: 1`) },
])("$what: refused within seconds", ({ text }) => {
  const startedAt = performance.now();
  const { resource, diagnostics } = parseResource(text, { file: "a.yaml" });
  expect(resource).toBeUndefined();
  expect(hasErrors(diagnostics)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});
