import type { ProjectConfig } from "./project-config.ts";
import { isSecret, maskUrl } from "./secret.ts";

/** The effective configuration as plain data for one log line, with every secret and every password in a URL as `***`. */
export function describeConfig(config: ProjectConfig): Record<string, unknown> {
  return describeObject(config);
}

function describeObject(value: object): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, describe(inner)]));
}

function describe(value: unknown): unknown {
  if (typeof value === "string") return maskUrl(value);
  if (Array.isArray(value)) return value.map(describe);
  if (isSecret(value)) return value.toString();
  return typeof value === "object" && value !== null ? describeObject(value) : value;
}
