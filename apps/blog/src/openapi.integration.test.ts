import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createOpenApiDocument, createTypeScriptClient, type OpenApiDocument, type Part } from "@shaperail/openapi";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ClientOptions } from "openapi-fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Blog, BLOG, startBlog } from "./blog.test-kit.ts";

let blog: Blog;
let document: OpenApiDocument;
beforeAll(async () => {
  blog = await startBlog();
  document = createOpenApiDocument({ resources: blog.project.resources, title: "Blog" });
});
afterAll(() => blog[Symbol.asyncDispose]());

interface Call {
  readonly method?: "get" | "post" | "patch" | "delete";
  /** The path as the document writes it. */
  readonly template: string;
  /** The path as it is called. @default the template */
  readonly path?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly data: Row & readonly Row[]; readonly meta: Readonly<Record<string, unknown>> };
}
type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** Calls the server, and fails when the document does not say that it may answer so. */
async function call({ method = "get", template, path = template, query = "", body, headers }: Call): Promise<Answer> {
  const response = await fetch(`${blog.url}${path}${query}`, {
    method: method.toUpperCase(),
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const documented = document.paths[template]?.[method]?.responses[String(response.status)];
  if (documented === undefined)
    throw new Error(`${method} ${template} answered ${response.status}: ${await response.text()}`);
  const { headers: named, content } = resolve(documented) as {
    readonly headers: object;
    readonly content?: { readonly "application/json": { readonly schema: Part } };
  };
  expect(Object.keys(named).map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(["x-request-id"]));
  expect(response.headers.get("x-request-id")).not.toBeNull();
  const text = await response.text();
  expect(text === "").toBe(content === undefined);
  const value: unknown = text === "" ? {} : JSON.parse(text);
  expect(content === undefined ? [] : problems(content["application/json"].schema, value)).toEqual([]);
  return { status: response.status, headers: response.headers, body: value as Answer["body"] };
}

function resolve(part: Part): Part {
  const { $ref } = part;
  if (typeof $ref !== "string") return part;
  return document.components.responses[$ref.split("/").at(-1) ?? ""] ?? {};
}

function problems(schema: Part, value: unknown): readonly string[] {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile({ ...schema, components: document.components });
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const sortOf = (template: string): readonly string[] => {
  const parameters = (document.paths[template]?.get?.["parameters"] ?? []) as readonly { name: string; schema: Part }[];
  const items = parameters.find(({ name }) => name === "sort")?.schema["items"] as { enum?: string[] } | undefined;
  return items?.enum ?? [];
};

const LISTS = ["/v1/authors", "/v1/comments", "/v1/covers", "/v1/posts", "/v1/tags", "/v2/posts"];

describe.each(LISTS)("GET %s", (template) => {
  test("answers rows of the documented shape, with every key of the resource and no other", async () => {
    const { status, body } = await call({ template, query: "?limit=3" });
    expect(status).toBe(200);
    for (const row of body.data) expect(Object.keys(row)).toEqual(keysOf(template));
  });

  test("takes every documented order, and no page is larger than said", async () => {
    for (const sort of sortOf(template)) expect((await call({ template, query: `?sort=${sort}` })).status).toBe(200);
    expect((await call({ template })).body.data.length).toBeLessThanOrEqual(25);
    expect((await call({ template, query: "?limit=1000" })).body.data.length).toBeLessThanOrEqual(100);
  });

  test("takes every documented filter with a value of its row, and refuses others", async () => {
    const [row] = (await call({ template, query: "?limit=1" })).body.data;
    const parameters = (document.paths[template]?.get?.["parameters"] ?? []) as readonly { readonly name: string }[];
    const filters = parameters.flatMap(({ name }) => /^filter\[(.*)\]$/.exec(name)?.[1] ?? []);
    for (const name of filters) {
      const value = row?.[name];
      if (value === null || value === undefined) continue;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const { status, body } = await call({ template, query: `?filter[${name}]=${encodeURIComponent(text)}` });
      expect({ name, status, found: body.data.length > 0 }).toEqual({ name, status: 200, found: true });
    }
    expect((await call({ template, query: "?filter[nothing]=1" })).status).toBe(422);
    expect((await call({ template, query: "?sort=nothing" })).status).toBe(422);
    expect((await call({ template, query: "?limit=many" })).status).toBe(422);
    expect((await call({ template, query: "?search=%zz" })).status).toBe(400);
  });

  test("selects what `fields` names and puts in every documented relation", async () => {
    const [first = ""] = keysOf(template);
    const selected = await call({ template, query: `?limit=1&fields=${first},nothing` });
    expect(Object.keys(selected.body.data[0] ?? {})).toEqual([first]);
    const parameters = (document.paths[template]?.get?.["parameters"] ?? []) as readonly {
      name: string;
      schema: Part;
    }[];
    const include = parameters.find(({ name }) => name === "include")?.schema["items"] as
      | { "x-shaperail-values": string[] }
      | undefined;
    const names = include?.["x-shaperail-values"] ?? [];
    const { body } = await call({ template, query: `?limit=3&include=${names.join(",")}` });
    for (const row of body.data) expect(Object.keys(row)).toEqual(expect.arrayContaining(names));
  });
});

/** The keys of a row, in the order of the file. */
function keysOf(template: string): readonly string[] {
  const resource = blog.project.resources.find(({ name, version }) => template === `/v${version}/${name}`);
  const fields = resource?.fields.filter(({ sensitive, transient }) => !sensitive && !transient) ?? [];
  return fields.map(({ name }) => name);
}

test("following the cursors there and back meets the documented meta", async () => {
  const template = "/v1/posts";
  const { body: first } = await call({ template, query: "?limit=2" });
  const { body: second } = await call({ template, query: `?limit=2&after=${String(first.meta["cursor"])}` });
  const { body: back } = await call({ template, query: `?limit=2&before=${String(second.meta["previous"])}` });
  expect(back.data).toEqual(first.data);
  expect((await call({ template, query: "?after=nonsense" })).status).toBe(422);
});

test("a row goes through its life with documented answers only", async () => {
  const [author] = (await call({ template: "/v1/authors", query: "?limit=1" })).body.data;
  const collection = "/v1/posts";
  const template = "/v1/posts/{id}";
  const body = { author_id: author?.id, slug: `agreement-${crypto.randomUUID()}`, title: "Agreement", body: "Short." };

  const created = await call({ method: "post", template: collection, body: { ...body, unknown: 1 } });
  expect(created.status).toBe(201);
  expect(created.headers.get("etag")).not.toBeNull();
  expect((await call({ method: "post", template: collection, body })).status).toBe(409);
  expect((await call({ method: "post", template: collection, body: { title: null } })).status).toBe(422);
  const wrongType = { method: "post", template: collection, body, headers: { "content-type": "text/plain" } } as const;
  expect((await call(wrongType)).status).toBe(415);

  const path = `/v1/posts/${created.body.data.id}`;
  const read = await call({ template, path });
  const tag = read.headers.get("etag") ?? "";
  expect(read.status).toBe(200);
  expect((await call({ template, path, headers: { "if-none-match": tag } })).status).toBe(304);
  expect((await call({ template, path: "/v1/posts/nonsense" })).status).toBe(422);
  expect((await call({ template, path: `/v1/posts/${crypto.randomUUID()}` })).status).toBe(404);

  const change = { method: "patch", template, path } as const;
  expect((await call({ ...change, body: {} })).status).toBe(422);
  expect((await call({ ...change, body: { summary: null }, headers: { "if-match": tag } })).status).toBe(200);
  expect((await call({ ...change, body: { title: "New" }, headers: { "if-match": tag } })).status).toBe(412);

  const remove = { method: "delete", template, path } as const;
  expect((await call({ ...remove, headers: { "if-match": tag } })).status).toBe(412);
  expect((await call(remove)).status).toBe(204);
  expect((await call(remove)).status).toBe(404);
});

test("the server has every documented endpoint of the resources", async () => {
  for (const [template, item] of Object.entries(document.paths)) {
    if (!/^\/v\d/.test(template)) continue;
    const response = await fetch(blog.url + template.replaceAll(/\{[^}]+\}/g, "x"), { method: "OPTIONS" });
    const allowed = response.headers.get("allow")?.toLowerCase().split(", ") ?? [];
    expect(allowed).toEqual(expect.arrayContaining(Object.keys(item)));
  }
});

interface UntypedClient {
  readonly GET: (path: string, init?: object) => Promise<{ readonly data?: Answer["body"]; readonly error?: unknown }>;
  readonly POST: UntypedClient["GET"];
  readonly DELETE: UntypedClient["GET"];
}

test("the typed client reads, writes and is refused", async () => {
  const folder = join(BLOG, ".shaperail");
  mkdirSync(folder, { recursive: true });
  const directory = mkdtempSync(join(folder, "client-"));
  try {
    for (const [name, text] of createTypeScriptClient(document)) writeFileSync(join(directory, name), text);
    const module: unknown = await import(pathToFileURL(join(directory, "index.ts")).href);
    const { createClient } = module as { readonly createClient: (options: ClientOptions) => UntypedClient };
    const client = createClient({ baseUrl: blog.url });
    const query = {
      "filter[status]": "published",
      sort: ["-created_at", "title"],
      include: ["author", "cover"],
      limit: 2,
    };
    const { data: list } = await client.GET("/v1/posts", { params: { query } });
    expect(list?.data).toHaveLength(2);
    expect(list?.data[0]).toMatchObject({ status: "published", author: { id: expect.any(String) } });
    const body = {
      author_id: list?.data[0]?.["author_id"],
      slug: `client-${crypto.randomUUID()}`,
      title: "C",
      body: "D",
    };
    const { data: created } = await client.POST("/v1/posts", { body });
    const params = { path: { id: created?.data.id } };
    expect((await client.GET("/v1/posts/{id}", { params })).data?.data).toMatchObject({ title: "C" });
    expect((await client.POST("/v1/posts", { body })).error).toMatchObject({ error: { code: "CONFLICT" } });
    expect((await client.DELETE("/v1/posts/{id}", { params })).error).toBeUndefined();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
