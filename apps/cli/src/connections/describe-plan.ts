import type { ConnectionPlan, PlanRequest } from "./plan-connections.ts";

/** What a plan says, in one line. */
export function describePlan(
  { server, pools, needed, available, left, verdict }: ConnectionPlan,
  { replicas, surge }: Pick<PlanRequest, "replicas" | "surge">,
): string {
  const direct = pools.filter(({ isPooled }) => !isPooled);
  const sizes = direct.map(({ name, poolSize }) => `${name} ${poolSize}`).join(" + ");
  const rest = left < 0 ? `${-left} too many` : `${left} left`;
  const outOf = `${available} (max_connections ${server.maxConnections}, ${server.reserved} reserved)`;
  const sum = direct.length === 0 ? "none" : `(${replicas} replicas + ${surge} surge) × (${sizes}) = ${needed}`;
  const pooled = pools.filter(({ isPooled }) => isPooled).map(({ name }) => name);
  const note = pooled.length === 0 ? "" : `; not counted, behind a pooler: ${pooled.join(", ")}`;
  return `${server.address} is ${verdict}: ${sum}, other clients ${server.otherClients}, out of ${outOf}: ${rest}${note}`;
}

/** What to set; null when nothing need be. */
export function proposeFix({ fittingPoolSizes, fittingMaxConnections }: ConnectionPlan): string | null {
  if (fittingMaxConnections === undefined) return null;
  const others = `raise max_connections to ${fittingMaxConnections}, or put PgBouncer in front.`;
  if (fittingPoolSizes === undefined) return `No pool_size is small enough: ${others}`;
  const sizes = Object.entries(fittingPoolSizes).map(([name, size]) => `databases.${name}.pool_size: ${size}`);
  return `Set ${sizes.join(" and ")}, ${others}`;
}
