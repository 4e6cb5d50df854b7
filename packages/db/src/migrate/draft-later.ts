import { isWiderText, replacementName, type SchemaChange } from "./diff-schema.ts";
import type { LiveColumn } from "./introspect.ts";
import { createIndexSql } from "./draft-change.ts";
import { identifier, objectName } from "./sql-text.ts";

/** The half of a change that is safe only when nothing that runs knows the old form any more. */
export interface LaterDraft {
  /** Name without number, direction and extension. It says what it is about, so that it is drafted once. */
  readonly stem: string;
  readonly up: string;
  readonly down: string;
}

const MOVE = "-- Then move both files into the migrations folder, with the next number in front of their names.\n";

export function draftLater(change: SchemaChange): LaterDraft | undefined {
  const { table } = change;
  const alter = `ALTER TABLE ${identifier(table)}`;
  if (change.kind === "remove_column") {
    const { column } = change;
    const name = identifier(column.name);
    return {
      stem: `drop_${table}_${column.name}`,
      up:
        `-- Safe once no running version reads or writes ${name}, and what is in it is not needed.\n` +
        `-- If ${name} was renamed: copy it first, UPDATE ${identifier(table)} SET "<new>" = ${name} WHERE "<new>" IS NULL, in batches.\n` +
        `${MOVE}${alter} DROP COLUMN ${name};\n`,
      down: `-- The values are gone; the column comes back empty.\n${alter} ADD COLUMN ${columnDefinition(column)};\n`,
    };
  }
  if (change.kind === "remove_index") {
    const { index } = change;
    return {
      stem: `drop_${index.name}`,
      up: `-- no-transaction repeatable\n-- Safe once no running version needs it: look at pg_stat_user_indexes.\n${MOVE}DROP INDEX CONCURRENTLY IF EXISTS ${identifier(index.name)};\n`,
      down: `-- no-transaction repeatable\nDROP INDEX CONCURRENTLY IF EXISTS ${identifier(index.name)};\n${createIndexSql(table, index)}\n`,
    };
  }
  if (change.kind === "change_type" && !isWiderText(change.from.type, change.to.type)) {
    return exchange(table, change.from, change.to);
  }
  return undefined;
}

function columnDefinition({ name, type, default: fallback }: LiveColumn): string {
  return `${identifier(name)} ${type}${fallback === null ? "" : ` DEFAULT ${fallback}`}`;
}

function exchange(table: string, from: LiveColumn, to: LiveColumn): LaterDraft {
  const alter = `ALTER TABLE ${identifier(table)}`;
  const [name, next] = [identifier(to.name), identifier(replacementName(to.name))];
  const old = identifier(`${to.name}_old`);
  const sync = identifier(objectName("sync", table, to.name));
  const fallback = (column: LiveColumn): string =>
    column.default === null ? "" : `${alter} ALTER COLUMN ${name} SET DEFAULT ${column.default};\n`;
  return {
    stem: `exchange_${table}_${to.name}`,
    up:
      `-- Safe once every row has its value in ${next} (UPDATE ${identifier(table)} SET ${name} = ${name} WHERE ${next} IS NULL\n` +
      `-- AND ${name} IS NOT NULL, in batches) and no running version depends on the type ${from.type}.\n` +
      `-- The constraints and indexes of ${name} stay with ${old}; \`shaperail migrate new\` drafts them for the new column.\n${MOVE}` +
      `DROP TRIGGER ${sync} ON ${identifier(table)};\nDROP FUNCTION ${sync}();\n` +
      `${alter} ALTER COLUMN ${name} DROP NOT NULL;\n` +
      `${alter} RENAME COLUMN ${name} TO ${old};\n${alter} RENAME COLUMN ${next} TO ${name};\n${fallback(to)}`,
    down:
      `-- What was written since is not in the old column.\n` +
      `${alter} RENAME COLUMN ${name} TO ${next};\n${alter} RENAME COLUMN ${old} TO ${name};\n${fallback(from)}` +
      `CREATE FUNCTION ${sync}() RETURNS trigger LANGUAGE plpgsql AS $$\n` +
      `BEGIN NEW.${next} := NEW.${name}::${to.type}; RETURN NEW; END $$;\n` +
      `CREATE TRIGGER ${sync} BEFORE INSERT OR UPDATE ON ${identifier(table)} FOR EACH ROW EXECUTE FUNCTION ${sync}();\n`,
  };
}
