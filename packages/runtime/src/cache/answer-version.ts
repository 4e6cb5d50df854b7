import { createHash } from "node:crypto";
import type { Project } from "../load-project.ts";

/** To be raised when the same resource files make other bodies. */
const FORM = 1;

/**
 * Names the form of the answers, so that one release is not answered with another's. It depends on the resource files; where a function of
 * the application makes cached answers, on the name of the release too.
 */
export function answerVersion({
  resources,
  version,
  config,
}: Pick<Project, "resources" | "version" | "config">): string {
  const isCustom = resources.some(({ endpoints }) =>
    endpoints.some(({ kind, cache }) => kind === "custom" && cache !== undefined),
  );
  const release = isCustom ? [version, config.environment.release ?? ""] : [];
  const text = JSON.stringify([FORM, resources, release], (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
