import { parseResources, type Resource } from "@shaperail/resource";
import { expect, test } from "vitest";
import { type ConfiguredJob, generateJobStubs, generateTypes } from "./generate.ts";

const ID = "  id: { type: uuid, primary: true, generated: true }\n";
const TITLE = "  title: { type: string, required: true }\n";

function posts(endpoints: string, { version = 1, fields = TITLE } = {}): string {
  return `resource: posts\nversion: ${version}\nschema:\n${ID}${fields}endpoints:\n${endpoints}`;
}

function parse(...texts: readonly string[]): readonly Resource[] {
  const { resources, diagnostics } = parseResources(texts.map((text, index) => ({ file: `r${index}.yaml`, text })));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return resources;
}

const event = (name: string, pattern: string): ConfiguredJob => ({ name, by: { kind: "event", event: pattern } });

test.each([
  { endpoint: "create: { auth: [admin], jobs: [tell] }", action: `"created"` },
  { endpoint: "bulk_create: { method: POST, path: /posts/bulk, auth: [admin], jobs: [tell] }", action: `"created"` },
  { endpoint: "update: { auth: [admin], jobs: [tell] }", action: `"updated"` },
  { endpoint: "delete: { auth: [admin], jobs: [tell] }", action: `"deleted"` },
  { endpoint: "bulk_delete: { method: DELETE, path: /posts/bulk, auth: [admin], jobs: [tell] }", action: `"deleted"` },
])("a job of `$endpoint` is given the row and $action", ({ endpoint, action }) => {
  const text = generateTypes(parse(posts(`  ${endpoint}\n`)));
  expect(text).toContain(
    `export type TellPayload = { readonly resource: "posts"; readonly action: ${action}; readonly data: PostsRecord };\n`,
  );
});

test("a job of a custom endpoint is given what that asks for", () => {
  const text = generateTypes(
    parse(
      posts('  publish: { method: POST, path: "/posts/:id/publish", auth: [admin], handler: publish, jobs: [tell] }\n'),
    ),
  );
  expect(text).toContain(
    `export type TellPayload = { readonly resource: "posts"; readonly action: "publish"; readonly data: unknown };\n`,
  );
});

test("a job that several endpoints name is given what any of them gives", () => {
  const text = generateTypes(
    parse(posts("  create: { auth: [admin], jobs: [tell] }\n  delete: { auth: [admin], jobs: [tell] }\n")),
  );
  expect(text).toContain(`export type TellPayload =
  | { readonly resource: "posts"; readonly action: "created"; readonly data: PostsRecord }
  | { readonly resource: "posts"; readonly action: "deleted"; readonly data: PostsRecord };
`);
});

test("the row in a payload is JSON without sensitive and transient fields", () => {
  const fields =
    "  views: { type: integer, required: true }\n  price: { type: number }\n  at: { type: timestamp, required: true }\n" +
    "  sums: { type: array, items: integer, required: true }\n  any: { type: json }\n" +
    "  email: { type: string, sensitive: true }\n  code: { type: string, transient: true }\n";
  const text = generateTypes(parse(posts("  create: { auth: [admin], jobs: [tell] }\n", { fields })));
  expect(/export interface PostsRecord \{\n([^}]*)\}/.exec(text)?.[1]).toBe(
    "  readonly id: string;\n  readonly views: number;\n  readonly price: number | null;\n  readonly at: string;\n" +
      "  readonly sums: number[];\n  readonly any: unknown;\n",
  );
});

test("an event that a resource emits by itself brings its row; any other one brings what was emitted", () => {
  const jobs = [event("index", "posts.created"), event("audit", "posts.*"), event("bill", "orders.created")];
  const text = generateTypes(parse(posts("  create: { auth: [admin] }\n")), { jobs });
  expect(text).toContain(`export type IndexPayload = EventPayload<"posts.created", PostsRecord>;\n`);
  expect(text).toContain("export type AuditPayload = EventPayload;\n");
  expect(text).toContain("export type BillPayload = EventPayload;\n");
});

test("the payloads of all jobs are there by name, sorted", () => {
  const jobs = [{ name: "nightly", by: { kind: "schedule" } }, event("audit", "*")] as const;
  const text = generateTypes(parse(posts("  create: { auth: [admin], jobs: [tell] }\n")), { jobs });
  expect(text).toContain(`export interface JobPayloads {
  readonly "audit": AuditPayload;
  readonly "nightly": NightlyPayload;
  readonly "tell": TellPayload;
}
`);
  expect(text).toContain(`export type NightlyPayload = Readonly<Record<string, unknown>>;\n`);
});

test("a project without jobs has no types of jobs, and one that begins to have some keeps its names", () => {
  const without = generateTypes(parse(posts("  create: { auth: [admin] }\n")));
  const having = generateTypes(parse(posts("  create: { auth: [admin], jobs: [posts] }\n")));
  expect(without).not.toMatch(/Job|Record/);
  const namesIn = (text: string): string[] =>
    [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = ""]) => name);
  expect(namesIn(having)).toEqual(expect.arrayContaining(namesIn(without)));
  expect(new Set(namesIn(having)).size).toBe(namesIn(having).length);
});

test("every job has a stub that throws and says when it runs", () => {
  const jobs = [event("tell", "posts.*"), { name: "nightly", by: { kind: "schedule" } }] as const;
  const [nightly, tell, ...others] = generateJobStubs(parse(posts("  create: { auth: [admin], jobs: [tell] }\n")), {
    jobs,
  });
  expect(others).toEqual([]);
  expect(nightly).toMatchObject({
    fileName: "jobs/nightly.ts",
    contents: expect.stringContaining("Runs on a schedule."),
  });
  expect(tell?.fileName).toBe("jobs/tell.ts");
  expect(tell?.contents).toContain(`import type { JobContext, TellPayload } from "../.shaperail/types.ts";`);
  expect(tell?.contents).toContain("/** Runs after `create` of posts (v1). Runs on the event `posts.*`.");
  expect(tell?.contents).toContain("tell is not written yet (job ${context.id})");
});

test("hooks of endpoints and of the configuration have a stub and the type of what they hear of", () => {
  const resources = parse(
    posts("  create: { auth: [admin], subscribers: [{ event: posts.created, handler: notify_editors }] }\n"),
  );
  const options = { hooks: [{ name: "notify_editors", event: "posts.*" }] };
  const text = generateTypes(resources, options);
  expect(text).toContain(
    `export type NotifyEditorsEvent =\n  | EventPayload<"posts.created", PostsRecord>\n  | EventPayload;\n`,
  );
  expect(text).not.toContain("JobPayloads");
  const [stub] = generateJobStubs(resources, options);
  expect(stub?.fileName).toBe("hooks/notify_editors.ts");
  expect(stub?.contents).toContain("handle(_event: NotifyEditorsEvent, context: JobContext)");
});

test("a job that only the code adds is typed by its file, and needs no stub", () => {
  const jobs = [{ name: "send_report", by: { kind: "code", file: "../jobs/send_report.ts" } }] as const;
  expect(generateTypes([], { jobs })).toContain(
    `  readonly "send_report": Parameters<typeof import("../jobs/send_report.ts").handle>[0];\n`,
  );
  expect(generateJobStubs([], { jobs })).toEqual([]);
});

test.each(["../escape", ".hidden", "a b", "a/b", ""])("the name %j is no file, so that it has no stub", (name) => {
  expect(generateJobStubs([], { jobs: [{ name, by: { kind: "schedule" } }] })).toEqual([]);
});
