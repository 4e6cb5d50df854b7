import type { FindChangesOptions } from "./find-changes.ts";
import { withMigrationSession } from "./migration-session.ts";
import { formatVersion, parseMigrationName } from "./migration-name.ts";
import type { NewMigrationFile } from "./plan-initial.ts";
import { identifier, objectName } from "./sql-text.ts";

/** A table whose rows belong to tenants, and what of the guard in front of them is missing. */
export interface UnsecuredTable {
  readonly table: string;
  /** Column that says whose a row is. */
  readonly tenantKey: string;
  readonly lacksPolicy: boolean;
  /** Row-level security is off, or does not hold for the table's owner. */
  readonly isOpen: boolean;
}

export interface RowSecurity {
  readonly unsecured: readonly UnsecuredTable[];
  /** What somebody has to decide first. */
  readonly notes: readonly string[];
}

const QUERY = `SELECT t.relname, t.relrowsecurity AND t.relforcerowsecurity,
  (SELECT coalesce(json_agg(p.polname), '[]') FROM pg_policy p WHERE p.polrelid = t.oid)
  FROM pg_class t WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace`;

/**
 * Which tables with a tenant key do not keep tenants apart by row-level security; also those that do not exist yet.
 * Changes nothing.
 *
 * @throws `MigrateError`; `DbError` when the server cannot be reached
 */
export async function findUnsecuredTables(options: FindChangesOptions): Promise<RowSecurity> {
  const { rows } = await withMigrationSession(options, (connection) =>
    connection.send({ text: QUERY, values: [], name: undefined }),
  );
  const live = new Map(rows.map(([name, isClosed, policies]) => [name, { isClosed: isClosed === "t", policies }]));
  const unsecured: UnsecuredTable[] = [];
  const notes: string[] = [];
  for (const [table, versions] of Map.groupBy(options.tables, ({ name }) => name)) {
    const [tenantKey, ...others] = new Set(versions.map((version) => version.tenantKey));
    if (others.length > 0) notes.push(`The versions of "${table}" differ in their tenant_key: no policy suits both.`);
    if (others.length > 0 || tenantKey === undefined) continue;
    const found = live.get(table);
    const policies: readonly string[] = JSON.parse(found?.policies ?? "[]");
    const lacksPolicy = !policies.includes(policyName(table));
    const isOpen = found?.isClosed !== true;
    if (lacksPolicy || isOpen) unsecured.push({ table, tenantKey, lacksPolicy, isOpen });
  }
  return { unsecured, notes };
}

function policyName(table: string): string {
  return objectName("tenant", table);
}

export interface RowSecurityDraftInput {
  /** Words of the files' names. */
  readonly name: string;
  /** Names of the files in the migrations folder, new ones too. */
  readonly existingFiles: readonly string[];
}

const WHY = `-- From here on a session reaches the rows of the tenant in shaperail.tenant_id only, whatever a statement forgets; one that
-- sets nothing reaches no row. Every version that serves must set it first. Superusers and roles with BYPASSRLS are not
-- held back: let the application connect as neither.
`;

/** Writes the guards down, a pair of files for each table: one that waits for its lock holds no other. */
export function draftRowSecurity(
  tables: readonly UnsecuredTable[],
  { name, existingFiles }: RowSecurityDraftInput,
): NewMigrationFile[] {
  const last = Math.max(0, ...existingFiles.map((file) => parseMigrationName(file)?.version ?? 0));
  return tables.flatMap((table, index) => {
    const stem = `${formatVersion(last + index + 1)}_${name}_rls_${table.table}`;
    const { up, down } = rowSecuritySql(table);
    return [
      { fileName: `${stem}.up.sql`, contents: `${WHY}${up}` },
      { fileName: `${stem}.down.sql`, contents: down },
    ];
  });
}

function rowSecuritySql({ table, tenantKey, lacksPolicy, isOpen }: UnsecuredTable): { up: string; down: string } {
  const timeout = "SET LOCAL lock_timeout = '2s';\n";
  const [on, policy] = [identifier(table), identifier(policyName(table))];
  const isOwn = `${identifier(tenantKey)}::text = current_setting('shaperail.tenant_id', true)`;
  const condition = `${isOwn} OR current_setting('shaperail.bypass_tenant', true) = 'on'`;
  const create = `CREATE POLICY ${policy} ON ${on}\n  USING (${condition})\n  WITH CHECK (${condition});\n`;
  const close = `ALTER TABLE ${on} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n`;
  const open = `ALTER TABLE ${on} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;\n`;
  return {
    up: `${timeout}${lacksPolicy ? create : ""}${isOpen ? close : ""}`,
    down: `${timeout}${isOpen ? open : ""}${lacksPolicy ? `DROP POLICY ${policy} ON ${on};\n` : ""}`,
  };
}
