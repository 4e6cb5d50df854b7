import { createRequire } from "node:module";
import type * as KyselyModule from "kysely";
import type { CompiledQuery, DatabaseConnection, Driver, Kysely, QueryResult, TransactionSettings } from "kysely";
import type { Connection, TypedAnswer } from "./connection.ts";
import { dbError } from "./sql-state.ts";

/** Lends a connection until the promise given back by `use` settles. */
type Lend = (use: (connection: Connection) => Promise<void>) => Promise<void>;

/** Runs a query, and tells whoever watches. */
export type ObserveQuery = <T>(text: string, run: () => Promise<T>) => Promise<T>;

/** How a query builder gets at its connection. */
export interface KyselyOptions {
  /** The SQL that begins a transaction. */
  readonly begin: (settings: TransactionSettings) => string;
  /** Undefined: nobody watches. */
  readonly observe: ObserveQuery | undefined;
}

/** The few members of the driver that differ between a pool and a transaction. */
interface Session {
  readonly connection: Connection;
  readonly release: () => void;
}

/** A query builder whose every query, or transaction, has a pooled connection to itself. */
export function createPoolKysely<Schema>(lend: Lend, options: KyselyOptions): Kysely<Schema> {
  const acquire = (): Promise<Session> =>
    new Promise((resolve, reject) => {
      lend((connection) => new Promise((release) => resolve({ connection, release }))).catch(reject);
    });
  return createKysely(acquire, options);
}

/** A query builder on the connection of a running transaction; it cannot begin another one. */
export function createTransactionKysely<Schema>(
  connection: Connection,
  hasEnded: () => boolean,
  observe: ObserveQuery | undefined,
): Kysely<Schema> {
  return createKysely(
    async () => {
      if (hasEnded()) throw new TypeError("The transaction has ended: use it only inside its callback.");
      return { connection, release: () => undefined };
    },
    {
      observe,
      begin() {
        throw new TypeError("A transaction is running already: use the one you were given, or a savepoint.");
      },
    },
  );
}

const require = createRequire(import.meta.url);

function createKysely<Schema>(acquire: () => Promise<Session>, options: KyselyOptions): Kysely<Schema> {
  // Here and not above: its 255 modules are an eighth of the start of a service, and most never build a query by hand.
  const { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } =
    require("kysely") as typeof KyselyModule;
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => createDriver(acquire, options),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

interface LentConnection extends DatabaseConnection {
  readonly session: Session;
}

function createDriver(acquire: () => Promise<Session>, { begin, observe }: KyselyOptions): Driver {
  const sessions = new WeakMap<DatabaseConnection, Session>();
  const execute = async (connection: DatabaseConnection, text: string): Promise<string> => {
    const result = await sessions.get(connection)?.connection.query(text, []);
    return result?.command ?? "";
  };
  return {
    init: async () => undefined,
    async acquireConnection() {
      const session = await acquire();
      const lent = lentConnection(session, observe);
      sessions.set(lent, session);
      return lent;
    },
    async beginTransaction(connection, settings) {
      await execute(connection, begin(settings));
    },
    async commitTransaction(connection) {
      // PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement of the transaction had failed.
      if ((await execute(connection, "commit")) === "ROLLBACK") throw dbError("DB_TRANSACTION_ABORTED");
    },
    async rollbackTransaction(connection) {
      await execute(connection, "rollback");
    },
    async releaseConnection(connection) {
      sessions.get(connection)?.release();
    },
    // The connections belong to the pool, whose owner closes it.
    destroy: async () => undefined,
  };
}

function lentConnection(session: Session, observe: ObserveQuery | undefined): LentConnection {
  return {
    session,
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const run = (): Promise<TypedAnswer<R>> => session.connection.query<R>(sql, parameters);
      const { command, rowCount, rows } = await (observe === undefined ? run() : observe(sql, run));
      const changes = ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(command);
      return changes ? { rows, numAffectedRows: BigInt(rowCount) } : { rows };
    },
    streamQuery() {
      throw new TypeError("Streaming is not supported: read in pages.");
    },
  };
}
