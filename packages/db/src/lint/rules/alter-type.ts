import type { ColumnDef, TypeName } from "libpg-query";
import { identifier, objectName } from "../../migrate/sql-text.ts";
import { stringsOf, tableKey, tableSql, typeKey, typeModifiers } from "../names.ts";
import { inBatches, separately } from "../rewrite.ts";
import type { AlterCommand, AlterRule, RuleContext } from "../rule.ts";
import { findNodes } from "../walk.ts";

/** `ALTER COLUMN … TYPE` of a table in use. */
export const checkAlterType: AlterRule = (alter, context) => {
  const { command, relation, start, end } = alter;
  if (command.def === undefined || !("ColumnDef" in command.def)) return [];
  const name = command.name ?? "";
  const column = command.def.ColumnDef;
  const table = context.schema.table(tableKey(relation));
  const old = table?.types.get(name);
  const isChecked = [...(table?.checks.values() ?? [])].some(({ expression }) =>
    findNodes(expression, "ColumnRef").some(({ fields }) => stringsOf(fields).at(-1) === name),
  );
  const keepsRows = isPlain(column, name) && keepsStoredForm(old, column.typeName, isUtc(context));
  if (keepsRows && !isChecked) return [];
  const why = keepsRows
    ? "A CHECK constraint of the column is checked for every row again"
    : old === undefined
      ? "The migrations do not tell the old type, so PostgreSQL may have to write every row again"
      : "PostgreSQL writes every row again";
  return [
    {
      code: "MC012",
      message: `${why}, and nobody reads or writes ${tableSql(relation)} meanwhile.`,
      fix: "Add a column of the new type that a trigger fills, copy old rows in batches, let the resource read it, and drop the old one in a later release.",
      example: expand(alter, context, column),
      start,
      end,
    },
  ];
};

/** Without USING, or with one that only names the column, perhaps with a cast to the very type. */
function isPlain({ raw_default: using, typeName }: ColumnDef, name: string): boolean {
  if (using === undefined) return true;
  if ("TypeCast" in using) {
    const { arg, typeName: to } = using.TypeCast;
    return typeKey(to) === typeKey(typeName) && isSame(to, typeName) && isPlain({ raw_default: arg }, name);
  }
  return "ColumnRef" in using && stringsOf(using.ColumnRef.fields).join(".") === name;
}

/** A file says `SET timezone = 'UTC'` before the statement. */
function isUtc({ script, statement }: RuleContext): boolean {
  const settings = script.statements.flatMap(({ node, start }) =>
    "VariableSetStmt" in node && start < statement.start ? [node.VariableSetStmt] : [],
  );
  const last = settings.findLast(({ name }) => name?.toLowerCase() === "timezone");
  const [value] = findNodes(last?.args, "A_Const");
  return value?.sval?.sval?.toUpperCase() === "UTC";
}

function isSame(one: TypeName | undefined, other: TypeName | undefined): boolean {
  const form = (type: TypeName | undefined): string =>
    `${typeKey(type)}(${typeModifiers(type).join()})${"[]".repeat(type?.arrayBounds?.length ?? 0)}`;
  return one !== undefined && form(one) === form(other);
}

const TEXTS = new Set(["text", "varchar"]);
/** Types whose one modifier may grow, or go, while the rows stay as they are. */
const GROWING = new Set(["varchar", "varbit", "timestamp", "timestamptz", "time", "timetz"]);

/** The stored rows of the old type are rows of the new type as they are, and need not be looked at. */
function keepsStoredForm(old: TypeName | undefined, next: TypeName | undefined, isUtcSession: boolean): boolean {
  if (old === undefined || next === undefined) return false;
  if (isSame(old, next)) return true;
  if (old.arrayBounds !== undefined || next.arrayBounds !== undefined) return false;
  const [from, to] = [typeKey(old), typeKey(next)];
  const [before, after] = [typeModifiers(old), typeModifiers(next)];
  if (TEXTS.has(from) && TEXTS.has(to) && after.length === 0) return true;
  if (from === "cidr" && to === "inet") return true;
  const zoned = new Set([from, to]);
  const changesZone = zoned.has("timestamp") && zoned.has("timestamptz");
  if (changesZone) return isUtcSession && before.join() === after.join();
  if (from !== to) return false;
  if (from === "numeric") return after.length === 0 || growsNumeric(before, after);
  if (!GROWING.has(from)) return false;
  const [was = Infinity] = before;
  const [is = Infinity] = after;
  return is >= was;
}

function growsNumeric([precision = Infinity, scale = 0]: number[], [next = 0, nextScale = 0]: number[]): boolean {
  return next >= precision && nextScale === scale;
}

/** The first half of expand and contract; the second half, dropping the old column, belongs into a later release. */
function expand({ relation, command, end }: AlterCommand, context: RuleContext, { typeName }: ColumnDef): string {
  const { script, schema, statement } = context;
  const table = tableSql(relation);
  const old = command.name ?? "";
  const name = identifier(`${old}_new`);
  const sync = identifier(objectName("sync", relation.relname ?? "", old));
  const start = script.at(typeName?.location);
  const using = statement.tokens.find(
    (token) => token.start > start && token.start < end && /^using$/i.test(token.text),
  );
  const type = script.sql.slice(start, using?.start ?? end).trim();
  const value = (row: string): string => `${row}${identifier(old)}::${type}`;
  return separately(
    `ALTER TABLE ${table} ADD COLUMN ${name} ${type}`,
    `CREATE FUNCTION ${sync}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.${name} := ${value("NEW.")}; RETURN NEW; END $$`,
    `CREATE TRIGGER ${sync} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${sync}()`,
    inBatches({
      table,
      known: schema.table(tableKey(relation)),
      statement: `UPDATE ${table} SET ${name} = ${value("")}`,
    }),
  );
}
