import { entryOf, type SourceMap } from "@shaperail/source";
import { millisecondsOf } from "./duration.ts";
import { emptyVariable, missingVariable } from "./interpolate-tree.ts";
import type { DatabaseConfig, DatabasesConfig } from "./project-config.ts";
import { expectMap, type ProjectReading } from "./read-section.ts";
import { readSettings } from "./read-settings.ts";
import { CONNECTION_NAME, DATABASE, type DatabaseValues, DEFAULT_DATABASE_VARIABLE } from "./schema-databases.ts";

/** The connections of the file, or the one `DATABASE_URL` names. Undefined after reporting a problem. */
export function readDatabases(root: SourceMap, reading: ProjectReading): DatabasesConfig | undefined {
  const entry = entryOf(root, "databases");
  if (entry === undefined) return readDefaultDatabase(reading);
  const node = expectMap(entry.value, "databases", reading);
  if (node === undefined) return undefined;
  const connections = new Map<string, DatabaseConfig>();
  for (const { key, keySpan, value } of node.entries) {
    const path = `databases.${key}`;
    if (!CONNECTION_NAME.test(key)) {
      reading.report({
        code: "CONFIG_INVALID_VALUE",
        message: `\`${key}\` cannot be the name of a connection.`,
        span: keySpan,
        fix: "Use lower-case letters, digits and `_`, and start with a letter.",
      });
    }
    const connection = expectMap(value, path, reading);
    const values = connection && readSettings(DATABASE, { path, node: connection }, reading);
    if (values !== undefined) connections.set(key, toConnection(values));
  }
  if (entryOf(node, "default") === undefined) {
    reading.report({
      code: "CONFIG_MISSING_KEY",
      message: "missing field `default` in `databases`.",
      span: entry.keySpan,
      fix: "Name one of the connections `default`: resources without `db:` use it.",
    });
  }
  return withDefault(connections);
}

function readDefaultDatabase(reading: ProjectReading): DatabasesConfig | undefined {
  const { variables } = reading;
  const name = DEFAULT_DATABASE_VARIABLE;
  const url = variables.fromEnvironment(name) ?? variables.fromFallbacks(name);
  if (url === undefined) {
    reading.miss(name);
    reading.report(missingVariable(name, undefined));
    return undefined;
  }
  const format = DATABASE.url.shape;
  if (url.trim() === "") {
    reading.report(emptyVariable(name, undefined));
  } else if (!format.accepts(url)) {
    const message = `environment variable '${name}' must be ${format.expects}.`;
    reading.report({ code: "CONFIG_INVALID_VARIABLE", message, span: undefined, fix: `Correct ${name}.` });
  } else {
    const connection = toConnection({ ...NOTHING_GIVEN, url, pool_size: DATABASE.pool_size.default ?? 1 });
    return withDefault(new Map([["default", connection]]));
  }
  return undefined;
}

function withDefault(connections: ReadonlyMap<string, DatabaseConfig>): DatabasesConfig | undefined {
  const first = connections.get("default");
  return first && { ...Object.fromEntries(connections), default: first };
}

const NOTHING_GIVEN: Omit<DatabaseValues, "url" | "pool_size"> = {
  engine: "postgres",
  acquire_timeout: null,
  connect_timeout: null,
  query_timeout: null,
  statement_timeout: null,
  idle_in_transaction_timeout: null,
  prepared_statements: null,
  row_level_security: false,
};

function toConnection(values: DatabaseValues): DatabaseConfig {
  return {
    engine: values.engine,
    url: values.url,
    poolSize: values.pool_size,
    acquireTimeoutMs: milliseconds(values.acquire_timeout),
    connectTimeoutMs: milliseconds(values.connect_timeout),
    queryTimeoutMs: milliseconds(values.query_timeout),
    statementTimeoutMs: milliseconds(values.statement_timeout),
    idleInTransactionTimeoutMs: milliseconds(values.idle_in_transaction_timeout),
    preparedStatements: values.prepared_statements ?? undefined,
    rowLevelSecurity: values.row_level_security,
  };
}

function milliseconds(duration: string | null): number | undefined {
  return duration === null ? undefined : millisecondsOf(duration);
}
