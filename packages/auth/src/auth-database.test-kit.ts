import type { LogFields, Logger } from "@shaperail/core";
import { createDatabase, type Database } from "@shaperail/db";
import { planInitialMigrations } from "@shaperail/db/migrate";
import { createTestDatabase } from "@shaperail/test-services";

/** A database with the tables that auth needs, as `shaperail migrate` makes them. */
export interface AuthDatabase extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  sql(text: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Everything that is stored, as text. */
  dump(): Promise<string>;
}

export async function openAuthDatabase(): Promise<AuthDatabase> {
  const { url, close: drop } = await createTestDatabase();
  const database = createDatabase({ url, poolSize: 8 });
  const sql: AuthDatabase["sql"] = async (text) => (await database.run({ name: text, text, prepare: false }, [])).rows;
  const { files } = planInitialMigrations({ tables: [], existingFiles: [], auth: true });
  for (const { contents } of files.filter(({ fileName }) => fileName.endsWith(".up.sql"))) {
    for (const statement of contents.split(/;\s*\n/)) if (statement.trim() !== "") await sql(statement);
  }
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
