import { MigrateError } from "../errors.ts";
import type { TableField, TableModel } from "./table-model.ts";

/**
 * Makes one table of the versions of each resource, in the order of their first appearance.
 *
 * A column is NOT NULL only where every version says so, since the others insert rows without it; enums are united and
 * bounds widened. What cannot be both is an error.
 *
 * @throws `MigrateError` `MIGRATE_TABLE_CONFLICT`
 */
export function mergeTables(tables: readonly TableModel[]): TableModel[] {
  const byName = Map.groupBy(tables, ({ name }) => name);
  return [...byName.values()].map((versions) => merge(versions.toSorted((one, other) => one.version - other.version)));
}

function merge(versions: readonly TableModel[]): TableModel {
  const [first, ...others] = versions;
  if (first === undefined) throw new TypeError("A table needs at least one version.");
  if (others.length === 0) return first;
  for (const { db } of others) if (db !== first.db) throw conflict(first.name, `lives on "${first.db}" and on "${db}"`);
  const byName = Map.groupBy(
    versions.flatMap(({ fields }) => fields.filter(({ transient }) => !transient)),
    ({ name }) => name,
  );
  const fields = [...byName.values()].map((fields) => {
    const merged = fields.reduce((one, other) => mergeField(first.name, one, other));
    return fields.length === versions.length || merged.primary ? merged : { ...merged, required: false };
  });
  const indexes = versions.flatMap((version) => version.indexes);
  return {
    ...first,
    fields,
    endpoints: versions.flatMap(({ endpoints }) => endpoints),
    indexes: [...new Map(indexes.map((index) => [JSON.stringify(index), index])).values()],
  };
}

/** Properties that must be the same in every version. */
const SHARED = ["type", "primary", "generated", "unique", "ref", "items"] as const;

function mergeField(table: string, one: TableField, other: TableField): TableField {
  for (const key of SHARED) {
    const same = JSON.stringify(one[key]) === JSON.stringify(other[key]);
    if (!same) throw conflict(table, `has a field "${one.name}" with two different values of "${key}"`);
  }
  const hasTwoDefaults = one.default !== undefined && other.default !== undefined;
  if (hasTwoDefaults && JSON.stringify(one.default) !== JSON.stringify(other.default)) {
    throw conflict(table, `has a field "${one.name}" with two different defaults`);
  }
  return {
    ...one,
    required: one.required && other.required,
    nullable: one.nullable || other.nullable,
    default: one.default ?? other.default,
    min: widest(one.min, other.min, Math.min),
    max: widest(one.max, other.max, Math.max),
    values: one.values && [...new Set([...one.values, ...(other.values ?? [])])],
  };
}

function widest(
  one: number | undefined,
  other: number | undefined,
  pick: (...numbers: number[]) => number,
): number | undefined {
  return one === undefined || other === undefined ? undefined : pick(one, other);
}

function conflict(table: string, what: string): MigrateError {
  return new MigrateError(`The resource "${table}" ${what} in its versions.`, {
    code: "MIGRATE_TABLE_CONFLICT",
    hint: "Versions of one resource share one table: give the field the same definition, or another name.",
    details: { table },
  });
}
