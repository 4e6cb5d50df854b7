import type { RuleText } from "./rule.ts";

export type ResourceFileRuleCode =
  | "SR000"
  | "SR001"
  | "SR002"
  | "SR003"
  | "SR004"
  | "SR005"
  | "SR006"
  | "SR007"
  | "SR008"
  | "SR009"
  | "SR020"
  | "SR021";

/** Rules about the file and its top-level keys. */
export const RESOURCE_FILE_RULES: Readonly<Record<ResourceFileRuleCode, RuleText>> = {
  SR000: {
    title: "The file is not valid YAML, or a key or value is not part of the format.",
    fix: "Correct the key or the value.",
    example: "resource: articles\nversion: 1",
  },
  SR001: {
    title: "The resource has no name.",
    fix: "Name the resource after its table, in the plural.",
    example: "resource: articles",
  },
  SR002: {
    title: "The version is not a whole number of at least 1.",
    fix: "Start with `version: 1`; it becomes the route prefix `/v1`.",
    example: "version: 1",
  },
  SR003: {
    title: "The schema has no fields.",
    fix: "Declare at least the primary field.",
    example: "schema:\n  id: { type: uuid, primary: true, generated: true }",
  },
  SR004: {
    title: "No field is primary.",
    fix: "Mark one field with `primary: true`.",
    example: "schema:\n  id: { type: uuid, primary: true, generated: true }",
    beyondSchema: true,
  },
  SR005: {
    title: "More than one field is primary.",
    fix: "Keep `primary: true` on one field; make the others `unique`.",
    example: "schema:\n  id: { type: uuid, primary: true, generated: true }\n  code: { type: string, unique: true }",
    beyondSchema: true,
  },
  SR006: {
    title: "The resource's name is not snake_case of at most 63 characters.",
    fix: "Use lower-case letters, digits and underscores, beginning with a letter.",
    example: "resource: order_items",
  },
  SR007: {
    title: "A name is not snake_case of at most 63 characters.",
    fix: "Use lower-case letters, digits and underscores, beginning with a letter.",
    example: "schema:\n  first_name: { type: string }",
  },
  SR008: {
    title: "The name belongs to PostgreSQL or to Shaperail.",
    fix: "Choose another name.",
    example: "resource: sagas_archive",
  },
  SR009: {
    title: "There are more than 1600 entries, which is the most a table of PostgreSQL can have.",
    fix: "Divide the resource.",
    example: "schema:\n  settings: { type: json }",
  },
  SR020: {
    title: "The tenant key is not a uuid field with a column.",
    fix: "Give the field the type `uuid`.",
    example: "tenant_key: org_id\nschema:\n  org_id: { type: uuid, required: true }",
    beyondSchema: true,
  },
  SR021: {
    title: "The tenant key is not a field of the schema.",
    fix: "Declare the field, or correct the name.",
    example: "tenant_key: org_id\nschema:\n  org_id: { type: uuid, required: true }",
    beyondSchema: true,
  },
};
