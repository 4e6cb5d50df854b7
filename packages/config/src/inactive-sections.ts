import type { ProjectConfig } from "./project-config.ts";

/** Parts of the configuration that act only when something assembled with it serves them. */
export const OPTIONAL_SECTIONS = [
  "workers",
  "auth",
  "cache",
  "jobs",
  "schedules",
  "cors",
  "rate_limit",
  "storage",
  "events",
  "graphql",
  "grpc",
  "logging.otlp_endpoint",
  "logging.slow_query_ms",
] as const;

export type OptionalSection = (typeof OPTIONAL_SECTIONS)[number];

export interface InactiveSectionsOptions {
  /** What is served. @default [] */
  readonly supported?: readonly OptionalSection[];
}

/** What is configured and nobody serves: to be said at start, so that nothing declared is silently without effect. */
export function inactiveSections(
  config: ProjectConfig,
  { supported = [] }: InactiveSectionsOptions = {},
): readonly OptionalSection[] {
  return OPTIONAL_SECTIONS.filter((section) => isConfigured(config, section) && !supported.includes(section));
}

function isConfigured({ logging, ...config }: ProjectConfig, section: OptionalSection): boolean {
  if (section === "logging.otlp_endpoint") return logging.otlpEndpoint !== undefined;
  if (section === "logging.slow_query_ms") return logging.slowQueryMs !== undefined;
  // `auto` leaves the number to whoever serves, and one is what everybody serves with.
  if (section === "workers") return config.workers !== "auto" && config.workers !== 1;
  if (section === "rate_limit") return config.rateLimit.default !== undefined;
  if (section === "schedules") return config.schedules.length > 0;
  return config[section] !== undefined;
}
