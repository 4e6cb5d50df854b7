import type { Diagnostic, SourcePosition } from "@shaperail/source";
import type { LiveRelease } from "../migrate/release-contract.ts";
import type { TableModel } from "../migrate/table-model.ts";
import { applyAllows } from "./allow.ts";
import { readDoBlock } from "./do-block.ts";
import type { Finding } from "./finding.ts";
import { parseScript, type Script, type ScriptStatement } from "./parse-script.ts";
import type { Rule } from "./rule.ts";
import { checkAlterTable } from "./rules/alter-table.ts";
import { checkContract } from "./rules/contract.ts";
import { checkIndexes } from "./rules/indexes.ts";
import { checkLiveReleases } from "./rules/live-releases.ts";
import { checkLockTimeout, checkLockTimeoutIsSet } from "./rules/lock-timeout.ts";
import { checkRows } from "./rules/rows.ts";
import { checkBackfill, checkTransaction } from "./rules/transaction.ts";
import { checkWholeTable } from "./rules/whole-table.ts";
import { createSchemaMemory, type SchemaMemory } from "./schema-memory.ts";
import { runSquawk } from "./squawk.ts";

export interface CheckMigrationOptions {
  /** Name of the file, for the places of what is found. */
  readonly file: string;
  readonly sql: string;
  /** What the resources read now; without it, dropped columns and tables are not looked at. @default unknown */
  readonly tables?: readonly TableModel[];
  /** What the releases that may be serving use, as `liveReleases` of `@shaperail/db/migrate` reads it. @default [] */
  readonly releases?: readonly LiveRelease[];
  /** Tables that have no rows and no users yet, because the same run makes them. @default [] */
  readonly createdTables?: readonly string[];
  /** SQL of the files before it, oldest first: what the old type of a column was, which constraints are valid. @default [] */
  readonly earlier?: readonly string[];
  /** Another program applies the file, so that it must set `lock_timeout` itself. @default false */
  readonly appliedElsewhere?: boolean;
  /** Asks squawk as well. @default true */
  readonly squawk?: boolean;
}

const RULES: readonly Rule[] = [
  checkAlterTable,
  checkIndexes,
  checkWholeTable,
  checkContract,
  checkLiveReleases,
  checkTransaction,
  checkBackfill,
  checkRows,
  checkLockTimeout,
];

/**
 * Finds what a migration does that stops, or breaks, a service that is in use; nothing is run. In order of the file.
 *
 * Each diagnostic has a stable code (`MC020`), the place, why, what to do instead, and where there is one the safe SQL
 * as `example`. `-- shaperail:allow MC020 reason` on the line before silences one.
 */
export async function checkMigration(options: CheckMigrationOptions): Promise<Diagnostic[]> {
  const { createdTables = [], earlier = [], file, sql } = options;
  const schema = createSchemaMemory(createdTables);
  for (const text of earlier) {
    const script = await parseScript(text);
    if ("statements" in script) for (const { node } of script.statements) schema.remember(node);
  }
  if (earlier.length > 0) schema.startRun(createdTables);
  return toDiagnostics(await findIn(options, schema), { file, sql });
}

/** What is wrong with one file, besides what is `known` already; its statements are remembered in `schema`. */
export async function findIn(
  options: CheckMigrationOptions,
  schema: SchemaMemory,
  known: readonly Finding[] = [],
): Promise<Finding[]> {
  const { sql, squawk = true } = options;
  const script = await parseScript(sql);
  if (!("statements" in script)) {
    const { message, offset } = script;
    return [
      ...known,
      { code: "MC001", message: `${message}.`, fix: "Correct the statement.", start: offset, end: offset },
    ];
  }
  const [own, others] = await Promise.all([findInScript(script, { options, schema }), squawk ? runSquawk(script) : []]);
  // What is about the whole file is allowed before its first statement.
  const first = script.statements[0]?.start ?? 0;
  const placed = known.map((finding) => ({ ...finding, start: first, end: first }));
  return applyAllows([...placed, ...own, ...others], script);
}

interface Search {
  readonly options: CheckMigrationOptions;
  readonly schema: SchemaMemory;
}

async function findInScript(script: Script, search: Search): Promise<Finding[]> {
  const { schema, options } = search;
  const { tables, releases = [], appliedElsewhere = false } = options;
  const rules = appliedElsewhere ? [...RULES, checkLockTimeoutIsSet] : RULES;
  const findings: Finding[] = [];
  const transaction: ScriptStatement[] = [];
  for (const statement of script.statements) {
    const context = { script, statement, schema, tables, releases, transaction };
    findings.push(...rules.flatMap((rule) => rule(context)), ...(await findInDoBlock(script, statement, search)));
    schema.remember(statement.node);
    if (script.isTransactional) transaction.push(statement);
  }
  return findings;
}

/** What is found inside a block is shown at the block, without a rewrite, which would be of a part of it only. */
async function findInDoBlock(script: Script, statement: ScriptStatement, search: Search): Promise<Finding[]> {
  const { start, end } = statement;
  const block = await readDoBlock(statement, script.sql.slice(start, end));
  if (block === undefined) return [];
  const inside = block.script === undefined ? [] : await findInScript(block.script, search);
  const findings = inside.map((finding): Finding => ({ ...finding, example: undefined, start, end }));
  if (!block.isOpaque) return findings;
  return [
    ...findings,
    {
      code: "MC006",
      severity: "warning",
      message: "The block runs SQL that is put together at run time, or another language: nothing here can check that.",
      fix: "Write the statements out, or have somebody check what they will be.",
      start,
      end,
    },
  ];
}

export interface ToDiagnosticsOptions {
  readonly file: string;
  readonly sql: string;
}

/** Findings with lines and columns, in order of the file. */
export function toDiagnostics(findings: readonly Finding[], { file, sql }: ToDiagnosticsOptions): Diagnostic[] {
  return findings
    .toSorted((one, other) => one.start - other.start || one.code.localeCompare(other.code))
    .map(({ code, severity = "error", message, fix, example, start, end }) => ({
      code,
      severity,
      message,
      span: { file, start: positionOf(sql, start), end: positionOf(sql, end) },
      fix,
      example,
    }));
}

function positionOf(sql: string, offset: number): SourcePosition {
  const before = sql.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n"), offset };
}
