import type { RuleText } from "./rule.ts";

export type FieldRuleCode =
  | "SR010"
  | "SR011"
  | "SR012"
  | "SR013"
  | "SR014"
  | "SR015"
  | "SR016"
  | "SR017"
  | "SR018"
  | "SR019"
  | "SR022"
  | "SR023"
  | "SR024"
  | "SR025"
  | "SR026"
  | "SR027"
  | "SR028"
  | "SR029"
  | "SR076"
  | "SR077"
  | "SR078"
  | "SR079"
  | "SR080"
  | "SR081"
  | "SR083"
  | "SR084"
  | "E_BIGINT_REMOVED";

/** Rules about the fields of the schema and the items of arrays. */
export const FIELD_RULES: Readonly<Record<FieldRuleCode, RuleText>> = {
  SR010: {
    title: "An enum has no values.",
    fix: "List its members under `values`.",
    example: "schema:\n  status: { type: enum, values: [draft, published] }",
  },
  SR011: {
    title: "Only an enum has values.",
    fix: "Remove `values`, or make the type `enum`.",
    example: "schema:\n  status: { type: enum, values: [draft, published] }",
  },
  SR012: {
    title: "Only a uuid refers to another resource.",
    fix: "Make the type `uuid`, or remove `ref`.",
    example: "schema:\n  author_id: { type: uuid, ref: users.id }",
  },
  SR013: {
    title: "A reference is not written as `resource.field`.",
    fix: "Name the resource and its field, joined by a dot.",
    example: "schema:\n  author_id: { type: uuid, ref: users.id }",
  },
  SR014: {
    title: "An array does not say what it holds.",
    fix: "Add `items` with the type of the elements.",
    example: "schema:\n  tags: { type: array, items: string }",
  },
  SR015: {
    title: "Only a string has a format.",
    fix: "Remove `format`, or make the type `string`.",
    example: "schema:\n  contact: { type: string, format: email }",
  },
  SR016: {
    title: "The primary field gets no value: it is neither generated nor required.",
    fix: "Add `generated: true`, or `required: true` when clients choose it.",
    example: "schema:\n  id: { type: uuid, primary: true, generated: true }",
  },
  SR017: {
    title: "Only an array has items.",
    fix: "Remove `items`, or make the type `array`.",
    example: "schema:\n  tags: { type: array, items: string }",
  },
  SR018: {
    title: "The lower bound is above the upper bound.",
    fix: "Make `min` at most `max`.",
    example: "schema:\n  headline: { type: string, min: 1, max: 200 }",
    beyondSchema: true,
  },
  SR019: {
    title: "The type has no size to bound.",
    fix: "Remove `min` and `max`; they apply to string, enum, integer, number and array.",
    example: "schema:\n  stock: { type: integer, min: 0 }",
  },
  SR022: {
    title: "The database cannot generate this type.",
    fix: "Remove `generated`, or use uuid, timestamp or date.",
    example: "schema:\n  created_at: { type: timestamp, generated: true }",
  },
  SR023: {
    title: "The default is not a value the field accepts.",
    fix: "Write a default of the field's type, within its bounds.",
    example: "schema:\n  stock: { type: integer, min: 0, default: 0 }",
    beyondSchema: true,
  },
  SR024: {
    title: "A transient field has no column, so nothing about a column can be said of it.",
    fix: "Remove `transient`, or the attribute that needs a column.",
    example:
      "schema:\n  captcha: { type: string, transient: true }\nendpoints:\n  create: { auth: public, input: [captcha] }",
  },
  SR025: {
    title: "A transient field is in no endpoint's input, so it can never be sent.",
    fix: "Name it in the `input` of an endpoint, or remove it.",
    example:
      "schema:\n  captcha: { type: string, transient: true }\nendpoints:\n  create: { auth: public, input: [captcha] }",
    beyondSchema: true,
  },
  SR026: {
    title: "A transient field has no column and cannot be used here.",
    fix: "Remove `transient` from the field, or the field from here.",
    example: "indexes:\n  - { fields: [title] }",
    beyondSchema: true,
  },
  SR027: {
    title: "The field cannot identify a row.",
    fix: "Use a uuid, string or integer that is neither nullable nor sensitive.",
    example: "schema:\n  id: { type: uuid, primary: true, generated: true }",
  },
  SR028: {
    title: "A generated field has a default, so one of the two would never act.",
    fix: "Remove `default` or `generated`.",
    example: "schema:\n  created_at: { type: timestamp, generated: true }",
  },
  SR029: {
    title: "The bound is not a whole number, or it is negative where something is counted.",
    fix: "Use a whole number; lengths and counts start at 0.",
    example: "schema:\n  headline: { type: string, min: 1, max: 200 }",
  },
  SR076: {
    title: "An array cannot hold arrays.",
    fix: "Use `type: json` for nested lists.",
    example: "schema:\n  matrix: { type: json }",
  },
  SR077: {
    title: "The items are an enum without values.",
    fix: "Write the items as a map with `values`.",
    example: "schema:\n  labels: { type: array, items: { type: enum, values: [red, blue] } }",
  },
  SR078: {
    title: "Only items of type string have a format.",
    fix: "Remove `format`, or make the items strings.",
    example: "schema:\n  contacts: { type: array, items: { type: string, format: email } }",
  },
  SR079: {
    title: "Only items of type uuid refer to another resource.",
    fix: "Make the items uuids, or remove `ref`.",
    example: "schema:\n  editors: { type: array, items: { type: uuid, ref: users.id } }",
  },
  SR080: {
    title: "The reference of the items is not written as `resource.field`.",
    fix: "Name the resource and its field, joined by a dot.",
    example: "schema:\n  editors: { type: array, items: { type: uuid, ref: users.id } }",
  },
  SR081: {
    title: "A list names the same thing twice.",
    fix: "Remove the repetition.",
    example: "schema:\n  status: { type: enum, values: [draft, published] }",
  },
  SR083: {
    title: "Searching a sensitive field would reveal it.",
    fix: "Remove `search` or `sensitive`.",
    example: "schema:\n  headline: { type: string, search: true }",
  },
  SR084: {
    title: "Only string and enum fields can be searched.",
    fix: "Remove `search`.",
    example: "schema:\n  headline: { type: string, search: true }",
  },
  E_BIGINT_REMOVED: {
    title: "The type `bigint` no longer exists.",
    fix: "Use `integer`; it holds 64 bits.",
    example: "schema:\n  views: { type: integer }",
  },
};
