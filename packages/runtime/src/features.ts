import { inactiveSections, type OptionalSection, type ProjectConfig } from "@shaperail/config";
import type { Logger } from "@shaperail/core";
import { inactiveFeatures, type Resource, type ResourceFeature } from "@shaperail/resource";
import { RuntimeError } from "./errors.ts";

/** What the resource files may declare because it acts. */
const SUPPORTED_FEATURES: readonly ResourceFeature[] = [
  "bulk",
  "cache",
  "controllers",
  "custom_endpoints",
  "databases",
  "events",
  "filters",
  "item_references",
  "jobs",
  "offset_pagination",
  "owner",
  "rate_limit",
  "relations",
  "roles",
  "search",
  "soft_delete",
  "sort",
  "subscribers",
  "tenancy",
  "transient",
];

const SUPPORTED_SECTIONS: readonly OptionalSection[] = [
  "auth",
  "cache",
  "cors",
  "events",
  "jobs",
  "logging.otlp_endpoint",
  "logging.slow_query_ms",
  "rate_limit",
  "schedules",
];

interface CheckOptions {
  readonly logger: Logger;
  /** This process is one of several. */
  readonly hasWorkers?: boolean;
}

interface Declared {
  readonly config: ProjectConfig;
  readonly resources: readonly Resource[];
}

/**
 * Nothing declared is silently without effect: what would change an answer is refused, what would not is said.
 *
 * @throws RuntimeError `RUNTIME_FEATURE_UNSUPPORTED` that names every declaration.
 */
export function checkFeatures({ config, resources }: Declared, { logger, hasWorkers = false }: CheckOptions): void {
  const refused = inactiveFeatures(resources, { supported: SUPPORTED_FEATURES });
  if (refused.length > 0) {
    throw new RuntimeError(refused.map(({ message }) => message).join(" "), {
      code: "RUNTIME_FEATURE_UNSUPPORTED",
      hint: "Remove the declarations, or use a version that acts on them.",
      details: { declarations: refused },
    });
  }
  // Development has one process, whatever production has.
  const isOne = config.environment.nodeEnv === "production" && !hasWorkers;
  const supported = isOne ? SUPPORTED_SECTIONS : [...SUPPORTED_SECTIONS, "workers" as const];
  for (const section of inactiveSections(config, { supported })) {
    logger.warn(`The section \`${section}\` of the configuration has no effect yet.`, { section });
  }
}
