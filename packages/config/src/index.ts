export { configJsonSchema } from "./config-json-schema.ts";
export { describeConfig } from "./describe-config.ts";
export { parseDuration } from "./duration.ts";
export { ConfigError, type ConfigErrorCode } from "./errors.ts";
export {
  inactiveSections,
  type InactiveSectionsOptions,
  OPTIONAL_SECTIONS,
  type OptionalSection,
} from "./inactive-sections.ts";
export {
  CONFIG_FILE,
  loadConfig,
  type LoadConfigOptions,
  type LoadedConfig,
  type ProvideVariables,
} from "./load-config.ts";
export {
  type ConfigNeeds,
  type Environment,
  leadsNowhere,
  parseConfig,
  type ParseConfigOptions,
  type ParsedConfig,
} from "./parse-config.ts";
export type {
  AuthConfig,
  CacheConfig,
  CorsConfig,
  DatabaseConfig,
  DatabasesConfig,
  EnvironmentConfig,
  EventsConfig,
  GraphqlConfig,
  GrpcConfig,
  InboundConfig,
  JobsConfig,
  LoggingConfig,
  MigrationsConfig,
  NearCacheConfig,
  ProjectConfig,
  Protocol,
  PublicKeyAuthConfig,
  PublicKeySource,
  ScheduleConfig,
  SecretAuthConfig,
  ServerConfig,
  StorageConfig,
  SubscriberConfig,
  TargetConfig,
  WebhooksConfig,
} from "./project-config.ts";
export { CONFIG_RULES, type ConfigRule, type ConfigRuleCode } from "./rules.ts";
export { maskUrl, type Secret } from "./secret.ts";
