import type { Subject } from "../subject.ts";
import { addressGroup } from "./address-group.ts";

/** Who makes a request, and what it is for. */
export interface RateLimitCall {
  readonly resource: string;
  readonly action: string;
  /** Undefined: nobody, as far as is proven. */
  readonly subject: Subject | undefined;
  /** The client's address, from the connection or a proxy that is trusted. */
  readonly address: string | undefined;
}

/**
 * The key a request is counted under: `shaperail:ratelimit:<resource>:<action>:[t:<tenant>:](user:<sub>|ip:<address>)`.
 *
 * It has nothing of the request's headers or body, and of its path only what the route is for, so another spelling of
 * the same request counts as the same.
 */
export function rateLimitKey({ resource, action, subject, address }: RateLimitCall): string {
  const prefix = `shaperail:ratelimit:${resource}:${action}:`;
  if (subject === undefined) return `${prefix}ip:${addressGroup(address)}`;
  const tenant = subject.tenantId === undefined ? "" : `t:${escapeKey(subject.tenantId)}:`;
  return `${prefix}${tenant}user:${escapeKey(subject.sub)}`;
}

/** The text without colons, so that no tenant or user can look like another one. */
export function escapeKey(text: string): string {
  return text.replaceAll(/[%:]/g, encodeURIComponent);
}
