export { RESOURCE_RULES, type ResourceRuleCode } from "./catalogue.ts";
export { ResourceError, type ResourceErrorCode } from "./errors.ts";
export {
  type InactiveFeature,
  inactiveFeatures,
  RESOURCE_FEATURES,
  type ResourceFeature,
} from "./inactive-features.ts";
export { loadResources } from "./load-resources.ts";
export type {
  AuthRule,
  Endpoint,
  EndpointCache,
  EndpointKind,
  EndpointRateLimit,
  EndpointSubscriber,
  EndpointUpload,
  Field,
  FieldFormat,
  FieldReference,
  FieldType,
  HttpMethod,
  ItemType,
  Relation,
  RelationKind,
  Resource,
  ResourceIndex,
  ValueConstraints,
  WriteAction,
} from "./model.ts";
export { isNullable } from "./nullability.ts";
export { type ParsedResource, parseResource, type ResourceFile } from "./parse-resource.ts";
export { type ParsedResources, parseResources, type ParseResourcesOptions } from "./parse-resources.ts";
export type { ResourceRule } from "./rule.ts";
export { resourceJsonSchema } from "./shape-resource.ts";
