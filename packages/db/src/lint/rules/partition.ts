import type { RangeVar } from "libpg-query";
import { identifier, objectName } from "../../migrate/sql-text.ts";
import { tableKey, tableSql } from "../names.ts";
import { patiently, separately } from "../rewrite.ts";
import type { AlterCommand, AlterRule } from "../rule.ts";

function partitionOf({ command }: AlterCommand): { readonly name: RangeVar; readonly concurrent?: boolean } {
  const { def } = command;
  return def !== undefined && "PartitionCmd" in def ? { name: {}, ...def.PartitionCmd } : { name: {} };
}

/** Which rows fit follows from the bound; whether a CHECK says as much only PostgreSQL can tell, so any validated one will do. */
export const checkAttachPartition: AlterRule = (alter, { schema }) => {
  const { name } = partitionOf(alter);
  const checks = [...(schema.table(tableKey(name))?.checks.values() ?? [])];
  if (schema.isNew(tableKey(name)) || checks.some(({ isValid }) => isValid)) return [];
  const check = identifier(objectName("chk", name.relname ?? "", "bound"));
  return [
    {
      code: "MC019",
      message: `Every row of ${tableSql(name)} is compared with the bound, and nobody reads or writes it meanwhile.`,
      fix: `First give ${tableSql(name)} a CHECK that says what the bound says, as NOT VALID, and validate it: ALTER TABLE ${tableSql(name)} ADD CONSTRAINT ${check} CHECK (…) NOT VALID.`,
      start: alter.start,
      end: alter.end,
    },
  ];
};

export const checkDetachPartition: AlterRule = (alter) => {
  const { name, concurrent } = partitionOf(alter);
  if (concurrent === true) return [];
  return [
    {
      code: "MC026",
      message: `Nobody reads or writes ${tableSql(alter.relation)}, with all its partitions, until the transaction ends.`,
      fix: "Detach it concurrently, in a file that says `-- no-transaction`.",
      example: separately(
        ...patiently(`ALTER TABLE ${tableSql(alter.relation)} DETACH PARTITION ${tableSql(name)} CONCURRENTLY`),
      ),
      start: alter.start,
      end: alter.end,
    },
  ];
};
