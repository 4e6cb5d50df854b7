import type { AuthConfig } from "@shaperail/config";
import type { Project } from "@shaperail/runtime";
import { CliError, EXIT_CODES } from "../errors.ts";

/** The `auth` section. What is made for a project that asks nobody who they are would open nothing. */
export function configuredAuth({ config }: Project): AuthConfig {
  if (config.auth !== undefined) return config.auth;
  throw new CliError("The configuration has no `auth` section.", {
    code: "CLI_AUTH_NOT_CONFIGURED",
    hint: "Add `auth: { provider: jwt, secret_env: JWT_SECRET, expiry: 24h }` to shaperail.config.yaml.",
    exitCode: EXIT_CODES.usage,
  });
}
