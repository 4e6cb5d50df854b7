import { expect, test } from "vitest";
import { blog, everyKey, resourceOf } from "../fixtures.test-kit.ts";
import { createOpenApiDocument } from "./create-document.ts";
import type { Operation, Part } from "./model.ts";

const document = createOpenApiDocument({ resources: [...blog(), everyKey()], title: "Blog", version: "2.3.4" });
const { schemas, parameters: sharedParameters } = document.components;

function operation(id: string): Operation {
  const all = Object.values(document.paths).flatMap((item) => Object.values(item));
  const found = all.find(({ operationId }) => operationId === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

function parametersOf(id: string): readonly Part[] {
  const list = (operation(id)["parameters"] ?? []) as readonly { readonly $ref?: string }[];
  return list.map((part) =>
    part.$ref === undefined ? part : (sharedParameters[part.$ref.split("/").at(-1)!] as Part),
  );
}

const parameterNames = (id: string): unknown[] => parametersOf(id).map(({ name }) => name);
const parameter = (id: string, name: string): Part | undefined =>
  parametersOf(id).find((candidate) => candidate["name"] === name);

test("title and version are the project's", () => {
  expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Blog", version: "2.3.4" } });
  expect(createOpenApiDocument({ resources: [], title: "x" }).info.version).toBe("1.0.0");
});

test("every endpoint is a path with its version and an operation with its name", () => {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
  );
  expect(operations).toEqual([
    "get /docs system_docs",
    "get /health system_health",
    "get /health/ready system_ready",
    "get /metrics system_metrics",
    "get /openapi.json system_openapi",
    "get /v1/comments comments_list",
    "get /v1/comments/{id} comments_get",
    "get /v1/posts posts_list",
    "post /v1/posts posts_create",
    "delete /v1/posts/bulk posts_bulk_delete",
    "post /v1/posts/bulk posts_bulk_create",
    "delete /v1/posts/{id} posts_delete",
    "get /v1/posts/{id} posts_get",
    "patch /v1/posts/{id} posts_update",
    "post /v1/posts/{id}/publish posts_publish",
    "get /v2/articles articles_list",
    "post /v2/articles articles_create",
    "delete /v2/articles/bulk articles_bulk_delete",
    "post /v2/articles/bulk articles_bulk_create",
    "get /v2/articles/stats/{year}/{month} articles_stats",
    "delete /v2/articles/{id} articles_delete",
    "get /v2/articles/{id} articles_get",
    "put /v2/articles/{id} articles_update",
    "post /v2/articles/{id}/publish articles_publish",
  ]);
});

test.each([
  { id: "posts_list", names: "filter[status] filter[views] search sort limit after before fields include" },
  { id: "comments_list", names: "filter[post_id] limit offset fields include" },
  { id: "articles_list", names: "filter[status] filter[author_id] search sort limit offset fields nocache" },
  { id: "posts_get", names: "id fields include If-None-Match" },
  { id: "posts_create", names: "Idempotency-Key" },
  { id: "posts_update", names: "id If-Match" },
  { id: "posts_delete", names: "id If-Match" },
  { id: "posts_bulk_create", names: "" },
  { id: "posts_bulk_delete", names: "" },
  { id: "posts_publish", names: "id" },
  { id: "articles_stats", names: "year month nocache" },
])("$id takes $names", ({ id, names }) => {
  expect(parameterNames(id).join(" ")).toBe(names);
});

test.each([
  { id: "posts_list", name: "filter[status]", schema: { type: "string", enum: ["draft", "published"] } },
  { id: "posts_list", name: "filter[views]", schema: { type: "integer", format: "int64" } },
  { id: "comments_list", name: "filter[post_id]", schema: { type: "string", format: "uuid" } },
  // The server clamps the limit, so a bound would refuse what it accepts.
  { id: "posts_list", name: "limit", schema: { type: "integer", default: 25 } },
  { id: "comments_list", name: "offset", schema: { type: "integer", minimum: 0, default: 0 } },
  { id: "posts_get", name: "id", schema: { type: "string", format: "uuid" } },
  { id: "comments_get", name: "id", schema: { type: "integer", format: "int64" } },
  { id: "posts_publish", name: "id", schema: { type: "string" } },
  { id: "articles_stats", name: "year", schema: { type: "string" } },
])("$name of $id is $schema", ({ id, name, schema }) => {
  expect(parameter(id, name)).toMatchObject({ schema });
});

test("what is ordered, selected and included is a list with commas", () => {
  const commas = { style: "form", explode: false };
  const members = ["created_at", "-created_at", "views", "-views"];
  expect(parameter("posts_list", "sort")).toMatchObject({ ...commas, schema: { items: { enum: members } } });
  // Unknown names are ignored there, so the names are a help and not a rule.
  expect(parameter("comments_list", "fields")).toMatchObject({
    ...commas,
    schema: { items: { type: "string", "x-shaperail-values": ["id", "post_id", "text"] } },
  });
  expect(parameter("posts_list", "include")).toMatchObject({
    ...commas,
    schema: { items: { "x-shaperail-values": ["comments"] } },
  });
});

test.each([
  { id: "comments_list", statuses: "200 400 422 500 503" },
  { id: "posts_list", statuses: "200 400 422 500 503" },
  { id: "articles_list", statuses: "200 400 401 403 422 429 500 503" },
  { id: "posts_get", statuses: "200 304 400 404 422 500 503" },
  { id: "posts_create", statuses: "201 400 401 403 409 413 415 422 500 503" },
  { id: "posts_update", statuses: "200 400 401 403 404 409 412 413 415 422 500 503" },
  { id: "posts_delete", statuses: "204 400 401 403 404 409 412 422 429 500 503" },
  { id: "posts_bulk_create", statuses: "200 400 401 403 409 413 415 422 500 503" },
  { id: "posts_bulk_delete", statuses: "200 400 401 403 404 409 413 415 422 500 503" },
  { id: "posts_publish", statuses: "200 204 400 401 403 404 409 413 415 422 500 503 default" },
  { id: "articles_publish", statuses: "200 204 400 401 403 404 409 413 415 422 500 503 default" },
  { id: "system_ready", statuses: "200 400 500 503" },
])("$id answers $statuses", ({ id, statuses }) => {
  expect(Object.keys(operation(id).responses).join(" ")).toBe(statuses);
});

test("a public list asks for credentials as soon as it can include rows that are not public", () => {
  const resources = blog().map((resource) =>
    resource.name !== "comments"
      ? resource
      : {
          ...resource,
          endpoints: resource.endpoints.map((endpoint) => ({
            ...endpoint,
            auth: { kind: "restricted" as const, roles: ["admin"], owner: false },
          })),
        },
  );
  const { paths } = createOpenApiDocument({ resources, title: "x" });
  expect(Object.keys(paths["/v1/posts"]?.get?.responses ?? {})).toEqual(expect.arrayContaining(["401", "403"]));
});

test.each([
  { id: "posts_get", status: "200", headers: ["ETag", "X-Request-Id"] },
  { id: "articles_get", status: "200", headers: ["ETag", "X-Cache", "X-Request-Id"] },
  { id: "posts_create", status: "201", headers: ["ETag", "Idempotency-Replayed", "X-Request-Id"] },
  { id: "posts_update", status: "200", headers: ["ETag", "X-Request-Id"] },
  { id: "posts_delete", status: "204", headers: ["RateLimit", "RateLimit-Policy", "X-Request-Id"] },
])("$status of $id has the headers $headers", ({ id, status, headers }) => {
  expect(Object.keys(operation(id).responses[status]?.["headers"] ?? {})).toEqual(headers);
});

// A refusal of an endpoint that is limited says what is left, like its answers.
const LIMIT = ["RateLimit", "RateLimit-Policy"];

test.each([
  { name: "Unauthorized", headers: [...LIMIT, "WWW-Authenticate", "X-Request-Id"] },
  { name: "Conflict", headers: [...LIMIT, "Retry-After", "X-Request-Id"] },
  { name: "RateLimited", headers: [...LIMIT, "Retry-After", "X-Request-Id"] },
  { name: "ServiceUnavailable", headers: [...LIMIT, "Retry-After", "X-Request-Id"] },
  { name: "NotFound", headers: [...LIMIT, "X-Request-Id"] },
])("the answer $name has the envelope and the headers $headers", ({ name, headers }) => {
  const response = document.components.responses[name];
  expect(Object.keys(response?.["headers"] ?? {})).toEqual(headers);
  const schema = { $ref: "#/components/schemas/ErrorResponse" };
  expect(response?.["content"]).toEqual({ "application/json": { schema } });
});

test("a row has every field that is neither sensitive nor transient, and all of them are always there", () => {
  expect(schemas["Posts"]).toMatchObject({
    required: ["id", "title", "body", "status", "views", "rating", "tags", "published_on", "created_at"],
    properties: { body: { type: ["string", "null"] }, status: { type: "string" }, views: { minimum: 0 } },
  });
  const shown = Object.keys(schemas["Articles"]?.["properties"] ?? {});
  expect(shown).not.toContain("contact");
  expect(shown).not.toContain("captcha");
});

test("a row that is read promises no key, because `fields` may leave it out, and has what `include` adds", () => {
  expect(schemas["PostsSelection"]).not.toHaveProperty("required");
  expect(schemas["PostsSelection"]).toMatchObject({
    properties: { comments: { type: "array", items: { $ref: "#/components/schemas/Comments" }, maxItems: 100 } },
  });
  expect(schemas["CommentsSelection"]).toMatchObject({
    properties: { post: { anyOf: [{ $ref: "#/components/schemas/Posts" }, { type: "null" }] } },
  });
});

test("a relation whose resource is not served cannot be included", () => {
  expect(schemas["ArticlesSelection"]?.["properties"]).not.toHaveProperty("comments");
});

test("creating requires what is required and has no default; changing requires something", () => {
  expect(schemas["PostsCreateInput"]).toMatchObject({
    required: ["title"],
    properties: { status: { default: "draft" }, notify: { format: "email", writeOnly: true } },
  });
  expect(schemas["PostsUpdateInput"]).toMatchObject({ minProperties: 1 });
  expect(schemas["PostsUpdateInput"]).not.toHaveProperty("required");
  expect(schemas["PostsUpdateInput"]?.["properties"]).toMatchObject({ status: { type: "string" } });
  expect(JSON.stringify(schemas["PostsUpdateInput"])).not.toContain('"default"');
});

test("replacing requires what creating requires", () => {
  expect(schemas["ArticlesUpdateInput"]?.["required"]).toEqual(["slug", "title", "captcha", "author_id"]);
});

test("keys that are not listed are ignored, so no input refuses them", () => {
  expect(JSON.stringify(schemas)).not.toContain('"additionalProperties":false');
});

test("bulk bodies are lists of 1 to 500 rows or keys, and the answers have the rows and their number", () => {
  const body = (id: string): unknown => operation(id)["requestBody"];
  const list = (items: Part): object => ({
    required: true,
    content: { "application/json": { schema: { type: "array", items, minItems: 1, maxItems: 500 } } },
  });
  expect(body("posts_bulk_create")).toEqual(list({ $ref: "#/components/schemas/PostsBulkCreateInput" }));
  expect(body("posts_bulk_delete")).toEqual(list({ type: "string", format: "uuid" }));
  for (const id of ["posts_bulk_create", "posts_bulk_delete"]) {
    expect(operation(id).responses["200"]).toMatchObject({
      content: {
        "application/json": {
          schema: {
            required: ["data", "meta"],
            properties: {
              data: { type: "array", items: { $ref: "#/components/schemas/Posts" } },
              meta: { $ref: "#/components/schemas/TotalMeta" },
            },
          },
        },
      },
    });
  }
});

test("a custom endpoint takes what it declares, and any JSON when it declares nothing", () => {
  const schemaOf = (id: string): unknown => operation(id)["requestBody"];
  expect(schemaOf("articles_publish")).toMatchObject({
    required: true,
    content: { "application/json": { schema: { $ref: "#/components/schemas/ArticlesPublishInput" } } },
  });
  expect(schemaOf("posts_publish")).toMatchObject({ required: false });
  expect(schemaOf("articles_stats")).toBeUndefined();
});

test("an upload is a form with the file beside the fields", () => {
  expect(operation("articles_create")["requestBody"]).toMatchObject({
    content: {
      "multipart/form-data": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/ArticlesCreateInput" },
            { properties: { cover: { type: "string", format: "binary" } } },
          ],
        },
      },
    },
  });
});

test.each([
  { id: "posts_list", security: [], auth: "public" },
  // Public, but every row belongs to a tenant.
  { id: "articles_list", security: [{ bearerAuth: [] }, { apiKeyAuth: [] }], auth: "public" },
  { id: "articles_stats", security: [{ bearerAuth: [] }, { apiKeyAuth: [] }], auth: "public" },
  { id: "posts_create", security: [{ bearerAuth: [] }, { apiKeyAuth: [] }], auth: ["admin", "member"] },
  { id: "articles_update", security: [{ bearerAuth: [] }, { apiKeyAuth: [] }], auth: ["admin", "owner"] },
  { id: "articles_delete", security: [{ bearerAuth: [] }, { apiKeyAuth: [] }], auth: ["owner"] },
])("$id is for $auth", ({ id, security, auth }) => {
  expect(operation(id)).toMatchObject({ security, "x-shaperail-auth": auth });
});

test("controllers and events stand beside the operation", () => {
  expect(operation("posts_update")).toMatchObject({
    "x-shaperail-controller": { before: ["check_words"] },
    "x-shaperail-events": ["post.edited"],
  });
  expect(operation("posts_list")).not.toHaveProperty("x-shaperail-events");
});

test.each([
  { features: {}, paths: ["/docs", "/health", "/health/ready", "/metrics", "/openapi.json"] },
  { features: { administration: false }, paths: ["/health"] },
  { features: { metrics: false }, paths: ["/docs", "/health", "/health/ready", "/openapi.json"] },
  { features: { metrics: false, docs: false }, paths: ["/health", "/health/ready", "/openapi.json"] },
])("with $features the built-in routes are $paths", ({ features, paths }) => {
  expect(Object.keys(createOpenApiDocument({ resources: [], title: "x", features }).paths)).toEqual(paths);
});

test("two versions of a resource stand side by side, and relations stay within a version", () => {
  const second = blog().map((resource) => ({ ...resource, version: 2 }));
  const both = createOpenApiDocument({ resources: [...second, ...blog()], title: "x" });
  expect(both.paths["/v1/posts"]?.get?.operationId).toBe("posts_list");
  expect(both.paths["/v2/posts"]?.get?.operationId).toBe("posts_list_v2");
  expect(both.components.schemas["PostsSelectionV2"]).toMatchObject({
    properties: { comments: { items: { $ref: "#/components/schemas/CommentsV2" } } },
  });
  expect(both.tags.map(({ name }) => name)).toEqual(["comments", "posts", "system"]);
});

test("paths that differ only in the name of a parameter are one path", () => {
  const resource = resourceOf(`
resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
endpoints:
  get: { auth: public }
  archive: { method: POST, path: '/posts/:key', auth: public, handler: archive_post }
`);
  const { paths } = createOpenApiDocument({ resources: [resource], title: "x", features: { docs: false } });
  expect(Object.keys(paths["/v1/posts/{id}"] ?? {})).toEqual(["get", "post"]);
  expect(paths["/v1/posts/{id}"]?.post).toMatchObject({ parameters: [{ name: "id", in: "path" }] });
});

test("components that nothing refers to are left out", () => {
  const empty = createOpenApiDocument({ resources: [], title: "x" });
  expect(Object.keys(empty.components.schemas)).toEqual(["ErrorResponse", "FieldIssue", "HealthReport"]);
});

test.each(["record", "array", "form_data", "api_client", "error_response"])(
  "the schema of a resource called %s does not take a name that a document or a client needs",
  (name) => {
    const text = `resource: ${name}\nversion: 1\nschema:\n  id: { type: uuid, primary: true, generated: true }\nendpoints:\n  create: { auth: public }\n`;
    const own = createOpenApiDocument({ resources: [resourceOf(text)], title: "x" }).components.schemas;
    const named = Object.keys(own).filter((schema) => own[schema]?.["x-shaperail-resource"] === name);
    expect(named.every((schema) => schema.endsWith("V1") || schema.endsWith("Input"))).toBe(true);
  },
);
