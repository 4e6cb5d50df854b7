/** Who is calling. */
export interface Subject {
  /** Identifier of the user or key. */
  readonly sub: string;
  readonly role: string;
  /** The tenant the caller belongs to; undefined when there is none. */
  readonly tenantId: string | undefined;
}
