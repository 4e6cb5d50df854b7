import type { OpenApiDocument, TokenRoutes } from "@shaperail/openapi";
import { hasCredentials } from "./access/credentials-module.ts";
import type { Project } from "./load-project.ts";

/**
 * The OpenAPI document of a project: what the server answers to `GET /openapi.json`, and what `shaperail export` writes.
 * The generator is imported when it is first asked for.
 */
export async function describeApi(
  project: Pick<Project, "config" | "directory" | "version" | "resources">,
): Promise<OpenApiDocument> {
  const { config, version, resources } = project;
  const { createOpenApiDocument } = await import("@shaperail/openapi");
  const features = { administration: config.adminPort === undefined, tokens: await tokenRoutes(project) };
  const rateLimit = config.rateLimit.default;
  return createOpenApiDocument({ title: config.project, version, resources, features, rateLimit });
}

async function tokenRoutes(project: Pick<Project, "config" | "directory">): Promise<TokenRoutes> {
  const { auth } = project.config;
  if (auth?.algorithm !== "HS256" || auth.refreshExpirySeconds === undefined) return "none";
  return (await hasCredentials(project)) ? "login" : "refresh";
}
