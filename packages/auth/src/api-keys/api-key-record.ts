import type { Subject } from "../subject.ts";

/** A key as it is stored: everything but the key. */
export interface ApiKeyRecord extends Subject {
  readonly id: string;
  /** Its first characters, to tell it by. */
  readonly prefix: string;
  readonly label: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** To about a minute. */
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** Reads what the statements of `api-key-sql.ts` return as a record. */
export function toRecord(row: readonly (string | null)[]): ApiKeyRecord {
  const [id, prefix, label, role, sub, tenantId, createdAt, expiresAt, lastUsedAt, revokedAt] = row;
  return {
    id: String(id),
    prefix: String(prefix),
    label: String(label),
    role: String(role),
    sub: String(sub),
    tenantId: tenantId ?? undefined,
    createdAt: new Date(Number(createdAt)),
    expiresAt: toDate(expiresAt),
    lastUsedAt: toDate(lastUsedAt),
    revokedAt: toDate(revokedAt),
  };
}

function toDate(ms: string | null = null): Date | undefined {
  return ms === null ? undefined : new Date(Number(ms));
}
