import type { OpenApiDocument } from "@shaperail/openapi";
import type { Project } from "./load-project.ts";

/**
 * The OpenAPI document of a project: what the server answers to `GET /openapi.json`, and what `shaperail export` writes.
 * The generator is imported when it is first asked for.
 */
export async function describeApi({
  config,
  version,
  resources,
}: Pick<Project, "config" | "version" | "resources">): Promise<OpenApiDocument> {
  const { createOpenApiDocument } = await import("@shaperail/openapi");
  return createOpenApiDocument({ title: config.project, version, resources, features: { metrics: false } });
}
