import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { blog, everyKey } from "../fixtures.test-kit.ts";
import { createOpenApiDocument } from "./create-document.ts";

const document = createOpenApiDocument({ resources: [...blog(), everyKey()], title: "x" });

/** The schema as a validator, by the strict rules of JSON Schema 2020-12: an unknown keyword is an error. */
function validatorOf(name: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false });
  ajv.addVocabulary(["components", "x-shaperail-resource", "x-shaperail-row", "x-shaperail-values"]);
  return ajv.compile({ components: document.components, $ref: `#/components/schemas/${name}` });
}

test.each(Object.keys(document.components.schemas))("%s is a strict JSON Schema", (name) => {
  expect(validatorOf(name)).toBeTypeOf("function");
});

const row = {
  id: "5f1d2c3e-0000-4000-8000-000000000000",
  title: "Hello",
  body: null,
  status: "draft",
  views: 0,
  rating: null,
  tags: [],
  published_on: null,
  created_at: "2026-01-31T12:00:00Z",
};

test.each([
  { name: "Posts", value: row, valid: true },
  { name: "Posts", value: { ...row, title: null }, valid: false },
  { name: "Posts", value: { id: row.id }, valid: false },
  { name: "PostsSelection", value: { id: row.id }, valid: true },
  { name: "PostsSelection", value: { ...row, comments: [{ id: 1, post_id: row.id, text: "x" }] }, valid: true },
  { name: "CommentsSelection", value: { post: null }, valid: true },
  { name: "CommentsSelection", value: { post: row }, valid: true },
  { name: "PostsCreateInput", value: { title: "x" }, valid: true },
  { name: "PostsCreateInput", value: { title: "x", unknown: 1 }, valid: true },
  { name: "PostsCreateInput", value: { title: "" }, valid: false },
  { name: "PostsCreateInput", value: { title: "x", status: null }, valid: false },
  { name: "PostsCreateInput", value: { title: "x", rating: null }, valid: true },
  { name: "PostsUpdateInput", value: {}, valid: false },
  { name: "PostsUpdateInput", value: { views: 3 }, valid: true },
  { name: "CursorMeta", value: { cursor: null, has_more: false }, valid: true },
  { name: "CursorMeta", value: { cursor: "c", has_more: true, previous: null, truncated: ["comments"] }, valid: true },
  { name: "OffsetMeta", value: { offset: 0, limit: 25, total: 0 }, valid: true },
  { name: "HealthReport", value: { status: "ok", checks: { database: { status: "ok" } } }, valid: true },
  {
    name: "ErrorResponse",
    value: { error: { code: "NOT_FOUND", status: 404, message: "x", request_id: "r", details: null } },
    valid: true,
  },
  {
    name: "ErrorResponse",
    value: {
      error: {
        code: "VALIDATION_ERROR",
        status: 422,
        message: "Validation failed",
        request_id: "r",
        details: [{ field: "title", message: "is required", code: "required" }],
      },
    },
    valid: true,
  },
  { name: "ErrorResponse", value: { error: "not found" }, valid: false },
])("$value as $name is valid: $valid", ({ name, value, valid }) => {
  expect(validatorOf(name)(value)).toBe(valid);
});
