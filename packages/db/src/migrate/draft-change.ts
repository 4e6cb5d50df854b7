import { replacementName, isWiderText, type SchemaChange } from "./diff-schema.ts";
import type { LiveColumn, LiveConstraint, LiveIndex } from "./introspect.ts";
import { identifier, objectName } from "./sql-text.ts";

/**
 * In which file a statement goes: each is a migration of its own, because a lock is held until the end of its transaction.
 *
 * `quick` changes the catalog only; `indexes` runs outside a transaction; `validate` reads whole tables while others read
 * and write; `finish` uses what was built and validated.
 */
export type DraftPhase = "quick" | "indexes" | "validate" | "finish";

export interface DraftPiece {
  readonly phase: DraftPhase;
  readonly up: string;
  readonly down: string;
}

/** The statements of a change that is safe while other versions serve; none for what is left to a later file. */
export function draftChange(change: SchemaChange): DraftPiece[] {
  const alter = `ALTER TABLE ${identifier(change.table)}`;
  switch (change.kind) {
    case "add_column":
      return addColumn(alter, change.column);
    case "set_not_null":
      return setNotNull(change.table, change.column);
    case "drop_not_null": {
      const column = `${alter} ALTER COLUMN ${identifier(change.column.name)}`;
      return [{ phase: "quick", up: `${column} DROP NOT NULL;`, down: `${column} SET NOT NULL;` }];
    }
    case "change_default":
      return [{ phase: "quick", up: setDefault(alter, change.to), down: setDefault(alter, change.from) }];
    case "change_type":
      return changeType(change.table, change.from, change.to);
    case "add_constraint":
      return addConstraint(change.table, change.constraint);
    case "validate_constraint":
      return [validate(alter, change.constraint)];
    case "remove_constraint": {
      const { name } = change.constraint;
      const up = `${alter} DROP CONSTRAINT ${identifier(name)};`;
      return [{ phase: "quick", up, down: `${alter} ${addClause(change.constraint)};` }];
    }
    case "replace_constraint":
      return replaceConstraint(alter, change.from, change.to);
    case "add_index":
      return [indexPiece(change.table, undefined, change.index)];
    case "replace_index":
      return [indexPiece(change.table, change.from, change.to)];
    case "create_table":
    case "remove_column":
    case "remove_index":
      return [];
  }
}

function addColumn(alter: string, column: LiveColumn): DraftPiece[] {
  const { name, type, notNull, default: fallback } = column;
  const down = `${alter} DROP COLUMN ${identifier(name)};`;
  const add = `${alter} ADD COLUMN ${identifier(name)} ${type}`;
  // A default that differs from row to row would have every row written again: it is set for new rows only.
  if (fallback !== null && isVolatile(fallback)) {
    return [{ phase: "quick", up: `${add};\n${setDefault(alter, column)}`, down }];
  }
  if (fallback !== null) {
    return [{ phase: "quick", up: `${add}${notNull ? " NOT NULL" : ""} DEFAULT ${fallback};`, down }];
  }
  const why = `-- Required, but the version that serves now inserts rows without it. Once every row has a value and that version is\n-- gone, \`shaperail migrate new\` drafts the NOT NULL.\n`;
  return [{ phase: "quick", up: `${notNull ? why : ""}${add};`, down }];
}

function isVolatile(expression: string): boolean {
  return /gen_random_uuid|random\(|clock_timestamp|nextval/.test(expression);
}

function setDefault(alter: string, { name, default: fallback }: LiveColumn): string {
  return `${alter} ALTER COLUMN ${identifier(name)} ${fallback === null ? "DROP DEFAULT" : `SET DEFAULT ${fallback}`};`;
}

/** A validated CHECK spares SET NOT NULL its scan under a lock that nobody gets past. */
function setNotNull(table: string, { name }: LiveColumn): DraftPiece[] {
  const alter = `ALTER TABLE ${identifier(table)}`;
  const check: LiveConstraint = {
    name: objectName("nn", table, name),
    kind: "check",
    columns: [name],
    definition: `CHECK (${identifier(name)} IS NOT NULL)`,
    valid: false,
  };
  const drop = `DROP CONSTRAINT ${identifier(check.name)}`;
  const column = `ALTER COLUMN ${identifier(name)}`;
  return [
    {
      phase: "quick",
      up: `-- From here on NULL is refused: deploy a version that always writes ${identifier(name)} first.\n${alter} ${addClause(check)} NOT VALID;`,
      down: `${alter} ${drop};`,
    },
    validate(alter, check),
    {
      phase: "finish",
      up: `${alter} ${column} SET NOT NULL, ${drop};`,
      down: `${alter} ${column} DROP NOT NULL, ${addClause(check)} NOT VALID;`,
    },
  ];
}

function changeType(table: string, from: LiveColumn, to: LiveColumn): DraftPiece[] {
  const alter = `ALTER TABLE ${identifier(table)}`;
  if (isWiderText(from.type, to.type)) {
    const column = `${alter} ALTER COLUMN ${identifier(to.name)} TYPE`;
    return [{ phase: "quick", up: `${column} ${to.type};`, down: `${column} ${from.type};` }];
  }
  const next = identifier(replacementName(to.name));
  const sync = identifier(objectName("sync", table, to.name));
  return [
    {
      phase: "quick",
      up:
        `-- The new type gets a column of its own, which a trigger fills from now on. The file in _later exchanges the two.\n` +
        `${alter} ADD COLUMN ${next} ${to.type};\n` +
        `CREATE FUNCTION ${sync}() RETURNS trigger LANGUAGE plpgsql AS $$\n` +
        `BEGIN NEW.${next} := NEW.${identifier(to.name)}::${to.type}; RETURN NEW; END $$;\n` +
        `CREATE TRIGGER ${sync} BEFORE INSERT OR UPDATE ON ${identifier(table)} FOR EACH ROW EXECUTE FUNCTION ${sync}();`,
      down: `DROP TRIGGER ${sync} ON ${identifier(table)};\nDROP FUNCTION ${sync}();\n${alter} DROP COLUMN ${next};`,
    },
  ];
}

function addConstraint(table: string, constraint: LiveConstraint): DraftPiece[] {
  const alter = `ALTER TABLE ${identifier(table)}`;
  const { name, kind, columns, definition } = constraint;
  const drop = `${alter} DROP CONSTRAINT ${identifier(name)};`;
  if (kind === "check" || kind === "foreign_key") {
    return [
      { phase: "quick", up: `${alter} ${addClause(constraint)} NOT VALID;`, down: drop },
      validate(alter, constraint),
    ];
  }
  if (kind === "unique") {
    const using = `USING btree ${definition.slice(definition.indexOf("("))}`;
    const index: LiveIndex = { name, unique: true, columns, definition: using, valid: true };
    const up = `${alter} ADD CONSTRAINT ${identifier(name)} UNIQUE USING INDEX ${identifier(name)};`;
    return [indexPiece(table, undefined, index), { phase: "finish", up, down: drop }];
  }
  return [];
}

function replaceConstraint(alter: string, from: LiveConstraint, to: LiveConstraint): DraftPiece[] {
  const exchange = (one: LiveConstraint, other: LiveConstraint): string =>
    `${alter} DROP CONSTRAINT ${identifier(one.name)}, ${addClause(other)} NOT VALID;`;
  if (to.kind !== "check" && to.kind !== "foreign_key") return [];
  const restore = `${exchange(to, from)}${from.valid ? `\n${alter} VALIDATE CONSTRAINT ${identifier(from.name)};` : ""}`;
  return [{ phase: "quick", up: exchange(from, to), down: restore }, validate(alter, to)];
}

function validate(alter: string, constraint: LiveConstraint): DraftPiece {
  const name = identifier(constraint.name);
  const down = `${alter} DROP CONSTRAINT ${name}, ${addClause(constraint)} NOT VALID;`;
  return { phase: "validate", up: `${alter} VALIDATE CONSTRAINT ${name};`, down };
}

function addClause({ name, definition }: LiveConstraint): string {
  return `ADD CONSTRAINT ${identifier(name)} ${definition}`;
}

/** Each statement may run again: a build that is stopped leaves an index that is not valid under the name. */
function indexPiece(table: string, from: LiveIndex | undefined, to: LiveIndex): DraftPiece {
  const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${identifier(to.name)};`;
  const up = `${drop}\n${createIndexSql(table, to)}`;
  return { phase: "indexes", up, down: from === undefined ? drop : `${drop}\n${createIndexSql(table, from)}` };
}

export function createIndexSql(table: string, { name, unique, definition }: LiveIndex): string {
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX CONCURRENTLY ${identifier(name)} ON ${identifier(table)} ${definition};`;
}
