import type { AuthRule } from "@shaperail/resource";

/** Who may call an endpoint, in words: `admin, owner`. */
export function describeAuth(auth: AuthRule): string {
  if (auth.kind === "public") return "public";
  return [...auth.roles, ...(auth.owner ? ["owner"] : [])].join(", ");
}
