import { type Resource, RESOURCE_RULES } from "@shaperail/resource";
import type { Diagnostic, SourcePosition, SourceSpan } from "@shaperail/source";

/** A migration, in the order in which they run. */
export interface MigrationText {
  readonly file: string;
  readonly sql: string;
}

/** Types that hold fewer than the 64 bits of an integer field. https://www.postgresql.org/docs/current/datatype-numeric.html */
const NARROW_TYPES = new Set([
  "integer",
  "int",
  "int4",
  "serial",
  "serial4",
  "smallint",
  "int2",
  "smallserial",
  "serial2",
]);

/** Integer columns whose last declaration in the migrations is of a narrow type: `SR100`, a warning each. */
export function findNarrowIntegers(
  resources: readonly Resource[],
  migrations: readonly MigrationText[],
): readonly Diagnostic[] {
  const declared = new Map(migrations.flatMap(declaredTypes).map((type) => [keyOf(type.table, type.column), type]));
  const wanted = new Set(
    resources.flatMap(({ name, fields }) =>
      fields
        .filter(({ type, items, transient }) => !transient && (type === "integer" || items?.type === "integer"))
        .map((field) => keyOf(name, field.name)),
    ),
  );
  return [...declared]
    .filter(([key, { type }]) => wanted.has(key) && NARROW_TYPES.has(type))
    .map(([, { table, column, type, span }]) => ({
      code: "SR100",
      severity: "warning",
      message: `The column \`${column}\` of \`${table}\` is ${type.toUpperCase()}, which cannot hold every integer.`,
      span,
      fix: `Add a migration: ALTER TABLE "${table}" ALTER COLUMN "${column}" TYPE BIGINT;`,
      example: RESOURCE_RULES.get("SR100")?.example,
    }));
}

interface DeclaredType {
  readonly table: string;
  readonly column: string;
  /** In lower case, without brackets. */
  readonly type: string;
  readonly span: SourceSpan;
}

const NAME = String.raw`"?(\w+)"?`;
const TABLE = String.raw`(?:"?\w+"?\.)?${NAME}`;
const STATEMENTS = [
  {
    opens: new RegExp(String.raw`^\s*create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?${TABLE}\s*(?=\()`, "i"),
    columns: new RegExp(String.raw`[(,]\s*${NAME}\s+(\w+)`, "gi"),
  },
  {
    opens: new RegExp(String.raw`^\s*alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?${TABLE}\s+`, "i"),
    columns: new RegExp(
      String.raw`\b(?:add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?|alter\s+(?:column\s+)?(?=${NAME}\s+(?:set\s+data\s+)?type\b))` +
        String.raw`${NAME}\s+(?:(?:set\s+data\s+)?type\s+)?(\w+)`,
      "gi",
    ),
  },
] as const;

/** The type of each column that a statement of the migration creates or changes, in order. */
function declaredTypes({ file, sql }: MigrationText): DeclaredType[] {
  const code = withoutText(sql);
  const found: DeclaredType[] = [];
  for (const { 0: statement, index: start } of code.matchAll(/[^;]+/g)) {
    for (const { opens, columns } of STATEMENTS) {
      const opened = opens.exec(statement);
      const table = opened?.[1];
      if (opened === null || table === undefined) continue;
      const bodyAt = start + opened[0].length;
      for (const match of code.slice(bodyAt, start + statement.length).matchAll(columns)) {
        const [column = "", type = ""] = match.slice(-2);
        const end = bodyAt + match.index + match[0].length;
        const span = { file, start: positionAt(sql, end - type.length), end: positionAt(sql, end) };
        found.push({ table, column, type: type.toLowerCase(), span });
      }
    }
  }
  return found;
}

/** The same text with blanks for comments and literals, so that places stay and nothing in them is taken for a statement. */
function withoutText(sql: string): string {
  return sql.replace(/--[^\n]*|\/\*[^]*?\*\/|'(?:[^']|'')*'/g, (text) => text.replace(/[^\n]/g, " "));
}

function positionAt(text: string, offset: number): SourcePosition {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n"), offset };
}

function keyOf(table: string, column: string): string {
  return `${table}.${column}`;
}
