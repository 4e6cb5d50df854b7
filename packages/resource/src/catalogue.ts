import type { ResourceRule, RuleText } from "./rule.ts";
import { EFFECT_RULES, type EffectRuleCode } from "./rules-effect.ts";
import { ENDPOINT_RULES, type EndpointRuleCode } from "./rules-endpoint.ts";
import { FIELD_RULES, type FieldRuleCode } from "./rules-field.ts";
import { PROJECT_RULES, type ProjectRuleCode } from "./rules-project.ts";
import { RELATION_RULES, type RelationRuleCode } from "./rules-relation.ts";
import { RESOURCE_FILE_RULES, type ResourceFileRuleCode } from "./rules-resource.ts";

/** Every code this package can report. */
export type ResourceRuleCode =
  | ResourceFileRuleCode
  | FieldRuleCode
  | EndpointRuleCode
  | EffectRuleCode
  | RelationRuleCode
  | ProjectRuleCode;

const TEXTS: Readonly<Record<ResourceRuleCode, RuleText>> = {
  ...RESOURCE_FILE_RULES,
  ...FIELD_RULES,
  ...ENDPOINT_RULES,
  ...EFFECT_RULES,
  ...RELATION_RULES,
  ...PROJECT_RULES,
};

const toRule = ([code, { title, fix, example, severity = "error", beyondSchema = false }]: [
  string,
  RuleText,
]): ResourceRule => ({ code, title, fix, example, severity, beyondSchema });

/** Every rule by its code, sorted by code. Codes are public: one never changes its meaning and is never used again. */
export const RESOURCE_RULES: ReadonlyMap<string, ResourceRule> = new Map(
  Object.entries(TEXTS)
    .map(toRule)
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
    .map((rule) => [rule.code, rule]),
);
