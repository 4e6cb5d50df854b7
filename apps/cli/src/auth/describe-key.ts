import type { ApiKeyRecord } from "@shaperail/auth";

type ApiKeyState = "active" | "expired" | "revoked";

function stateOf({ revokedAt, expiresAt }: ApiKeyRecord, now: number): ApiKeyState {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && expiresAt.getTime() <= now ? "expired" : "active";
}

/** A key as programs read it. */
export function keyJson(record: ApiKeyRecord, now: number): Readonly<Record<string, unknown>> {
  const { id, prefix, label, role, sub, tenantId, createdAt, expiresAt, lastUsedAt, revokedAt } = record;
  return {
    id,
    prefix,
    label,
    role,
    sub,
    tenant_id: tenantId ?? null,
    state: stateOf(record, now),
    created_at: createdAt,
    expires_at: expiresAt ?? null,
    last_used_at: lastUsedAt ?? null,
    revoked_at: revokedAt ?? null,
  };
}

/** Keys as people read them: a line each, below their headings. */
export function keyTable(records: readonly ApiKeyRecord[], now: number): string {
  const rows = records.map((record) => [
    record.id,
    record.prefix,
    stateOf(record, now),
    record.role,
    record.tenantId ?? "-",
    record.lastUsedAt?.toISOString().slice(0, 16).replace("T", " ") ?? "never",
    record.label,
  ]);
  const table = [["ID", "PREFIX", "STATE", "ROLE", "TENANT", "LAST USED", "LABEL"], ...rows];
  const widths = table[0]?.map((_head, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
