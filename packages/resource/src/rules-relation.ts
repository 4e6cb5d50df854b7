import type { RuleText } from "./rule.ts";

const BELONGS_TO = "relations:\n  author: { resource: users, type: belongs_to, key: author_id }";
const HAS_MANY = "relations:\n  comments: { resource: comments, type: has_many, foreign_key: article_id }";
const INDEX = "indexes:\n  - { fields: [status, title], order: desc }";

export type RelationRuleCode = "SR060" | "SR061" | "SR062" | "SR067" | "SR068" | "SR070" | "SR071" | "SR072" | "SR082";

/** Rules about relations and indexes. */
export const RELATION_RULES: Readonly<Record<RelationRuleCode, RuleText>> = {
  SR060: { title: "A belongs_to has no key.", fix: "Add `key`: the field of this resource.", example: BELONGS_TO },
  SR061: {
    title: "A has_many or has_one has no foreign key.",
    fix: "Add `foreign_key`: the field of the other resource.",
    example: HAS_MANY,
  },
  SR062: {
    title: "The relation's key is not a field of the schema.",
    fix: "Declare the field, or correct the name.",
    example: BELONGS_TO,
    beyondSchema: true,
  },
  SR067: {
    title: "The relation has the key of the other kind.",
    fix: "Use `key` with belongs_to, and `foreign_key` with has_many and has_one.",
    example: HAS_MANY,
  },
  SR068: {
    title: "The relation is named like a field, so the two would share a key in the answer.",
    fix: "Rename the relation.",
    example: BELONGS_TO,
    beyondSchema: true,
  },
  SR070: { title: "The index has no fields.", fix: "Name at least one field.", example: INDEX },
  SR071: {
    title: "The index names a field the schema does not have.",
    fix: "Declare the field, or correct the name.",
    example: INDEX,
    beyondSchema: true,
  },
  SR072: { title: "The order is neither asc nor desc.", fix: "Use `asc` or `desc`.", example: INDEX },
  SR082: {
    title: "The same index is declared twice.",
    fix: "Remove one of the two.",
    example: INDEX,
    beyondSchema: true,
  },
};
