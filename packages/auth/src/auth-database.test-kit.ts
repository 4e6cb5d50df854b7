import { readFile } from "node:fs/promises";
import type { LogFields, Logger } from "@shaperail/core";
import { createTestDatabase, openSqlClient, type SqlClient } from "@shaperail/test-services";

/** A database with the tables that auth needs. That `shaperail migrate` makes the same ones is a test of the command. */
export interface AuthDatabase extends AsyncDisposable, Pick<SqlClient, "sql"> {
  readonly url: string;
  readonly database: SqlClient;
  /** Everything that is stored, as text. */
  dump(): Promise<string>;
}

export async function openAuthDatabase(): Promise<AuthDatabase> {
  const { url, close: drop } = await createTestDatabase();
  const database = openSqlClient(url);
  const { sql } = database;
  await sql(await readFile(new URL("../fixtures/tables.sql", import.meta.url), "utf8"));
  return {
    url,
    database,
    sql,
    async dump() {
      const tables = await sql("select tablename from pg_tables where schemaname = 'public'");
      const texts = await Promise.all(tables.map(([table]) => sql(`select t::text from "${table}" t`)));
      return texts.flat(2).join("\n");
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await drop();
    },
  };
}

export interface LogLine {
  readonly level: string;
  readonly target: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps what it is told. */
export function recordingLogger(lines: LogLine[], target = ""): Logger {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, target, message, fields });
  return {
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    trace: at("trace"),
    child: (name) => recordingLogger(lines, name),
  };
}
