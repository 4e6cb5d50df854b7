import type { Constraint } from "libpg-query";
import { identifier, identifiers, objectName } from "../../migrate/sql-text.ts";
import type { Finding } from "../finding.ts";
import { stringsOf, tableSql } from "../names.ts";
import { notNullSteps, patiently, separately } from "../rewrite.ts";
import type { AlterCommand, AlterRule, RuleContext } from "../rule.ts";

export const checkAddConstraint: AlterRule = (alter, context) => {
  const { def } = alter.command;
  if (def === undefined || !("Constraint" in def)) return [];
  const constraint = def.Constraint;
  switch (constraint.contype) {
    case "CONSTR_CHECK":
    case "CONSTR_FOREIGN":
      // What is not enforced is not checked either.
      if (constraint.skip_validation === true || constraint.is_enforced !== true) return [];
      return [notValid(constraint, alter, context)];
    case "CONSTR_NOTNULL":
      return constraint.skip_validation === true ? [] : [notNull(constraint, alter)];
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
      return constraint.indexname === undefined ? [withIndex(constraint, alter)] : [];
    case "CONSTR_EXCLUSION":
      return [exclusion(alter)];
    default:
      return [];
  }
};

function notValid(constraint: Constraint, { relation, start, end }: AlterCommand, { script }: RuleContext): Finding {
  const isForeignKey = constraint.contype === "CONSTR_FOREIGN";
  const columns = stringsOf(constraint.fk_attrs);
  const name = identifier(
    constraint.conname ?? objectName(isForeignKey ? "fk" : "chk", relation.relname ?? "", ...columns),
  );
  const table = `ALTER TABLE ${tableSql(relation)}`;
  const text = script.sql.slice(script.at(constraint.location), end);
  const definition = constraint.conname === undefined ? `CONSTRAINT ${name} ${text}` : text;
  return {
    code: isForeignKey ? "MC015" : "MC014",
    message: isForeignKey
      ? `The foreign key is looked up for every row, and nobody writes ${tableSql(relation)} or ${tableSql(constraint.pktable ?? {})} meanwhile.`
      : `The constraint is checked for every row, and nobody reads or writes ${tableSql(relation)} meanwhile.`,
    fix: "Add it as NOT VALID, which holds for new rows at once, then validate it, which lets others work.",
    example: separately(`${table} ADD ${definition} NOT VALID`, `${table} VALIDATE CONSTRAINT ${name}`),
    start,
    end,
  };
}

function notNull(constraint: Constraint, { relation, start, end }: AlterCommand): Finding {
  const [column = ""] = stringsOf(constraint.keys);
  return {
    code: "MC014",
    message: `The constraint is checked for every row, and nobody reads or writes ${tableSql(relation)} meanwhile.`,
    fix: "Let a validated CHECK prove it first.",
    example: separately(...notNullSteps(tableSql(relation), column)),
    start,
    end,
  };
}

function withIndex({ contype, conname, keys, including }: Constraint, { relation, start, end }: AlterCommand): Finding {
  const isPrimary = contype === "CONSTR_PRIMARY";
  const columns = stringsOf(keys);
  const table = relation.relname ?? "";
  const name = identifier(conname ?? (isPrimary ? objectName(table, "pkey") : objectName(table, ...columns, "key")));
  const included = stringsOf(including);
  const include = included.length === 0 ? "" : ` INCLUDE (${identifiers(included)})`;
  const alter = `ALTER TABLE ${tableSql(relation)}`;
  return {
    code: "MC016",
    message: `The index of the constraint is built while nobody reads or writes ${tableSql(relation)}.`,
    fix: isPrimary
      ? "Prove that its columns are not null, build the index concurrently, then make the primary key of it."
      : "Build a unique index concurrently, then make the constraint of it.",
    example: separately(
      ...(isPrimary ? columns.flatMap((column) => notNullSteps(tableSql(relation), column)) : []),
      ...patiently(
        `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${tableSql(relation)} (${identifiers(columns)})${include}`,
      ),
      `${alter} ADD CONSTRAINT ${name} ${isPrimary ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${name}`,
    ),
    start,
    end,
  };
}

function exclusion({ relation, start, end }: AlterCommand): Finding {
  return {
    code: "MC016",
    message: `The index of the constraint is built while nobody reads or writes ${tableSql(relation)}, and PostgreSQL has no other way to add one.`,
    fix: "Create a new table that has the constraint and move the rows over; or allow it for a table that is known to be small.",
    start,
    end,
  };
}
