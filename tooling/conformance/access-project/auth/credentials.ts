import type { Subject } from "@shaperail/auth";

/** Nothing a real application would do: whoever knows the one password says who it is. */
export function checkCredentials(body: Readonly<Record<string, unknown>>): Subject | undefined {
  const { email, password, role, tenant } = body;
  if (password !== "correct horse battery staple") return undefined;
  const tenantId = typeof tenant === "string" ? tenant : undefined;
  return { sub: String(email), role: String(role), tenantId };
}
