import type { ColumnDef, Constraint } from "libpg-query";
import { identifier, objectName } from "../../migrate/sql-text.ts";
import type { Finding } from "../finding.ts";
import { tableKey, tableSql, typeKey } from "../names.ts";
import { inBatches, notNullSteps, patiently, separately } from "../rewrite.ts";
import type { AlterCommand, AlterRule, RuleContext } from "../rule.ts";
import { isVolatile } from "../volatility.ts";

const SERIAL_TYPES: Readonly<Record<string, string>> = {
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
  smallserial: "smallint",
  serial2: "smallint",
};

/** A column that is added, and the texts its rewrites are made of. */
interface AddedColumn {
  readonly alter: AlterCommand;
  readonly context: RuleContext;
  readonly column: ColumnDef;
  readonly constraints: readonly Constraint[];
  /** `ALTER TABLE "posts"`. */
  readonly head: string;
  readonly name: string;
  /** `varchar(20)`, as it is written. */
  readonly type: string;
}

export const checkAddColumn: AlterRule = (alter, context) => {
  const { def } = alter.command;
  if (def === undefined || !("ColumnDef" in def)) return [];
  const added = describe(def.ColumnDef, alter, context);
  return [
    ...checkValues(added),
    ...checkRequired(added),
    ...added.constraints.flatMap((one) => checkInline(added, one)),
  ];
};

function describe(column: ColumnDef, alter: AlterCommand, context: RuleContext): AddedColumn {
  const { script } = context;
  const constraints = (column.constraints ?? []).flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
  const typeEnd = Math.min(alter.end, ...constraints.map(({ location }) => script.at(location)));
  return {
    alter,
    context,
    column,
    constraints,
    head: `ALTER TABLE ${tableSql(alter.relation)}`,
    name: identifier(column.colname ?? ""),
    type: script.sql.slice(script.at(column.typeName?.location), typeEnd).trim(),
  };
}

function find({ constraints }: AddedColumn, kind: Constraint["contype"]): Constraint | undefined {
  return constraints.find(({ contype }) => contype === kind);
}

/** The text of a constraint: up to the next one, or the end of the command. */
function textOf({ alter, context: { script }, constraints }: AddedColumn, { location }: Constraint): string {
  const start = script.at(location);
  const later = constraints.map((one) => script.at(one.location)).filter((one) => one > start);
  return script.sql.slice(start, Math.min(alter.end, ...later)).trim();
}

function checkValues(added: AddedColumn): Finding[] {
  const { alter, column, head, name, type } = added;
  const place = { start: alter.start, end: alter.end, code: "MC010" } as const;
  const why = "PostgreSQL writes every row again, and nobody reads or writes the table meanwhile";
  const fallback = find(added, "CONSTR_DEFAULT");
  if (fallback !== undefined && isVolatile(fallback.raw_expr)) {
    return [
      {
        ...place,
        message: `The default of the new column ${name} differs from row to row: ${why}.`,
        fix: "Add the column without a default, set the default, then fill old rows in batches.",
        example: separately(
          `${head} ADD COLUMN ${name} ${type}`,
          ...fill(added, textOf(added, fallback).replace(/^.*?default\s+/is, "")),
        ),
      },
    ];
  }
  const serial = SERIAL_TYPES[typeKey(column.typeName)];
  if (serial !== undefined || find(added, "CONSTR_IDENTITY") !== undefined) {
    const sequence = identifier(objectName(alter.relation.relname ?? "", column.colname ?? "", "seq"));
    return [
      {
        ...place,
        message: `Every row gets a number of its own in the new column ${name}: ${why}.`,
        fix: "Add the column, give it a sequence as its default, then number old rows in batches.",
        example: separately(
          `${head} ADD COLUMN ${name} ${serial ?? type}`,
          `CREATE SEQUENCE ${sequence} OWNED BY ${tableSql(alter.relation)}.${name}`,
          ...fill(added, `nextval('${sequence}')`),
        ),
      },
    ];
  }
  const generated = find(added, "CONSTR_GENERATED");
  if (generated === undefined || generated.generated_kind === "v") return [];
  const expression = textOf(added, generated).replace(/\s+stored$/i, "");
  return [
    {
      ...place,
      message: `The values of the generated column ${name} are stored: ${why}.`,
      fix: "Make it VIRTUAL (PostgreSQL 18), or add a plain column that a trigger keeps up to date.",
      example: `${head} ADD COLUMN ${name} ${type} ${expression} VIRTUAL;`,
    },
  ];
}

/** Gives the column a default for new rows, old rows their values, and NOT NULL where it was asked for. */
function fill(added: AddedColumn, value: string): string[] {
  const { alter, context, column, head, name } = added;
  const table = tableSql(alter.relation);
  const known = context.schema.table(tableKey(alter.relation));
  return [
    `${head} ALTER COLUMN ${name} SET DEFAULT ${value}`,
    inBatches({ table, known, statement: `UPDATE ${table} SET ${name} = ${value}` }),
    ...(find(added, "CONSTR_NOTNULL") === undefined ? [] : notNullSteps(table, column.colname ?? "")),
  ];
}

function checkRequired(added: AddedColumn): Finding[] {
  const { alter, column, head, name, type } = added;
  const hasValue = ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"] as const;
  const isSerial = typeKey(column.typeName) in SERIAL_TYPES;
  if (find(added, "CONSTR_NOTNULL") === undefined || isSerial || hasValue.some((kind) => find(added, kind))) return [];
  return [
    {
      code: "MC011",
      message: `The new column ${name} is NOT NULL and has no default: it fails as soon as the table has a row, and so does every insert of the version that is running.`,
      fix: "Add the column so that it may be NULL, or with a default; make it NOT NULL once every row has a value.",
      example: `${head} ADD COLUMN ${name} ${type};`,
      start: alter.start,
      end: alter.end,
    },
  ];
}

function checkInline(added: AddedColumn, constraint: Constraint): Finding[] {
  const { alter, context, column, head, name } = added;
  const { contype, conname } = constraint;
  const start = context.script.at(constraint.location);
  const place = { start, end: alter.end };
  const plain = `${head} ADD COLUMN ${name} ${added.type}${plainRest(added)}`;
  // A named one starts with CONSTRAINT and its name, which the rewrite writes itself.
  const text = textOf(added, constraint).replace(/^constraint\s+("(?:[^"]|"")*"|\S+)\s+/i, "");
  const named = (suffix: string): string =>
    identifier(conname ?? objectName(alter.relation.relname ?? "", column.colname ?? "", suffix));
  if (contype === "CONSTR_CHECK") {
    return [
      {
        ...place,
        code: "MC014",
        message: `The CHECK of the new column ${name} reads the whole table, and nobody reads or writes it meanwhile.`,
        fix: "Add the column, then the constraint as NOT VALID, then validate it.",
        example: separately(
          plain,
          `${head} ADD CONSTRAINT ${named("check")} ${text} NOT VALID`,
          `${head} VALIDATE CONSTRAINT ${named("check")}`,
        ),
      },
    ];
  }
  if (contype === "CONSTR_FOREIGN" && find(added, "CONSTR_DEFAULT") !== undefined) {
    return [
      {
        ...place,
        code: "MC015",
        message: `The foreign key of the new column ${name} is looked up for every row, and nobody writes either table meanwhile.`,
        fix: "Add the column, then the foreign key as NOT VALID, then validate it.",
        example: separately(
          plain,
          `${head} ADD CONSTRAINT ${named("fkey")} FOREIGN KEY (${name}) ${text} NOT VALID`,
          `${head} VALIDATE CONSTRAINT ${named("fkey")}`,
        ),
      },
    ];
  }
  if (contype !== "CONSTR_UNIQUE" && contype !== "CONSTR_PRIMARY") return [];
  const index = named("key");
  return [
    {
      ...place,
      code: "MC016",
      message: `The index of the new column ${name} is built while nobody reads or writes the table.`,
      fix: "Add the column, build the index concurrently, then make a constraint of it.",
      example: separately(
        plain,
        ...patiently(`CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${tableSql(alter.relation)} (${name})`),
        `${head} ADD CONSTRAINT ${index} UNIQUE USING INDEX ${index}`,
      ),
    },
  ];
}

/** Default and NOT NULL, which stay with the column when its other constraints are added by themselves. */
function plainRest(added: AddedColumn): string {
  const kept = added.constraints.filter(({ contype }) => contype === "CONSTR_DEFAULT" || contype === "CONSTR_NOTNULL");
  return kept.map((one) => ` ${textOf(added, one)}`).join("");
}
