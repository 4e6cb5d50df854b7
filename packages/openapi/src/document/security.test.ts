import { expect, test } from "vitest";
import { resourceOf } from "../fixtures.test-kit.ts";
import { createOpenApiDocument } from "./create-document.ts";

const fields = `
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid }
  page_id: { type: uuid }
  created_by: { type: uuid }
`;
const PLAIN = `
resource: plain
version: 1${fields}
endpoints:
  list: { auth: public }
  get: { auth: public }
  create: { auth: public }
  bulk_create: { method: POST, path: /plain/bulk, auth: public, input: [page_id, created_by] }
  update: { auth: public, controller: { before: check } }
  delete: { auth: public }
  stats: { method: GET, path: /plain/stats, auth: public, handler: stats }
`;
const PAGES = `
resource: pages
version: 1${fields}
endpoints:
  list: { auth: public }
  delete: { auth: public }
relations:
  parts: { resource: parts, type: has_many, foreign_key: page_id }
`;
const PARTS = `
resource: parts
version: 1
tenant_key: org_id${fields}
endpoints:
  list: { auth: public, rate_limit: { max_requests: 3, window_secs: 60 } }
  get: { auth: owner }
`;

const { paths } = createOpenApiDocument({
  resources: [PLAIN, PAGES, PARTS].map((yaml) => resourceOf(yaml)),
  title: "x",
});
const operations = Object.values(paths).flatMap((item) => Object.values(item));

const needed = [{ bearerAuth: [] }, { apiKeyAuth: [] }];
const optional = [{}, ...needed];

test.each([
  { id: "plain_list", security: [], why: "every caller gets the same" },
  { id: "plain_delete", security: [], why: "every caller gets the same" },
  { id: "plain_bulk_create", security: [], why: "the client says who made the rows" },
  { id: "plain_create", security: optional, why: "the row keeps who made it" },
  { id: "plain_update", security: optional, why: "a controller is told who calls" },
  { id: "plain_stats", security: optional, why: "a handler is told who calls" },
  { id: "pages_list", security: optional, why: "`include` may ask for more than the list" },
  { id: "pages_delete", security: [], why: "nothing can be included" },
  { id: "parts_list", security: needed, why: "every row belongs to a tenant" },
  { id: "parts_get", security: needed, why: "only its owner may read it" },
])("credentials of $id are $security, because $why", ({ id, security }) => {
  const operation = operations.find(({ operationId }) => operationId === id);
  expect(operation?.["security"]).toEqual(security);
  expect(Object.hasOwn(operation?.responses ?? {}, "401")).toBe(security === needed || id === "pages_list");
});

test("an answer of an endpoint with a rate limit says how much of it is left", () => {
  const list = operations.find(({ operationId }) => operationId === "parts_list");
  expect(list?.responses["200"]?.["headers"]).toMatchObject({ RateLimit: {}, "RateLimit-Policy": {} });
  expect(list?.responses).toHaveProperty("429");
});
