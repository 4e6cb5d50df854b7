import type { RuleText } from "./rule.ts";

const REFERENCE = "schema:\n  author_id: { type: uuid, ref: users.id }";
const BELONGS_TO = "relations:\n  author: { resource: users, type: belongs_to, key: author_id }";

export type ProjectRuleCode =
  | "SR100"
  | "SR110"
  | "SR111"
  | "SR112"
  | "SR113"
  | "SR114"
  | "SR115"
  | "SR116"
  | "SR117"
  | "SR119"
  | "SR120"
  | "SR121";

/** Rules about the files of a project together. */
export const PROJECT_RULES: Readonly<Record<ProjectRuleCode, RuleText>> = {
  SR100: {
    title: "A migration declares the column of an integer field with fewer than 64 bits.",
    fix: "Add a migration that changes the type of the column to BIGINT.",
    example: "schema:\n  views: { type: integer, default: 0 }",
    severity: "warning",
    beyondSchema: true,
  },
  SR110: {
    title: "The reference names a resource that no file declares.",
    fix: "Correct the name, or add the resource.",
    example: REFERENCE,
    beyondSchema: true,
  },
  SR111: {
    title: "The reference names a field that cannot be referred to.",
    fix: "Refer to a uuid field that is primary or unique.",
    example: REFERENCE,
    beyondSchema: true,
  },
  SR112: {
    title: "The relation names a resource that no file declares.",
    fix: "Correct the name, or add the resource.",
    example: BELONGS_TO,
    beyondSchema: true,
  },
  SR113: {
    title: "The two fields of the relation do not fit each other.",
    fix: "Use fields of the same type, with columns, on both sides.",
    example: BELONGS_TO,
    beyondSchema: true,
  },
  SR114: {
    title: "Two files declare the same resource and version.",
    fix: "Raise the version of one, or join the files.",
    example: "resource: articles\nversion: 2",
    beyondSchema: true,
  },
  SR115: {
    title: "The configuration has no database of this name.",
    fix: "Correct the name, or add the database to `databases` in shaperail.config.yaml.",
    example: "db: default",
    beyondSchema: true,
  },
  SR116: {
    title: "Two endpoints have the same method and path.",
    fix: "Give one of them another path.",
    example: "endpoints:\n  list: { path: /latest-articles, auth: public }",
    beyondSchema: true,
  },
  SR117: {
    title: "A fixed path hides the rows whose key is that word.",
    fix: "Give the fixed path another place, or make the primary field a uuid.",
    example: "endpoints:\n  list: { path: /latest-articles, auth: public }",
    severity: "warning",
    beyondSchema: true,
  },
  SR119: {
    title: "The two resources are kept in different databases, and PostgreSQL cannot join those.",
    fix: "Keep both in one database, or remove the connection between them.",
    example: BELONGS_TO,
    beyondSchema: true,
  },
  SR120: {
    title: "Two versions of a resource share a table but disagree about it.",
    fix: "Declare it equally in both versions.",
    example: "resource: articles\nversion: 2",
    beyondSchema: true,
  },
  SR121: {
    title: "The file's name does not end in `.yaml`.",
    fix: "Rename the file.",
    example: "resource: articles",
    beyondSchema: true,
  },
};
