import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDatabase, type Database } from "@shaperail/db";
import { planInitialMigrations } from "@shaperail/db/migrate";
import { createHttpApp, HttpError } from "@shaperail/http";
import { parseResources, type Resource } from "@shaperail/resource";
import { createTestDatabase } from "@shaperail/test-services";
import type { SqlResult, SqlStatement } from "./port.ts";
import { createRestRoutes, type RestOptions } from "./rest-routes.ts";

/** What a request was answered with. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is empty. */
  readonly json: Body | undefined;
}

/** Bodies of answers, as tests read them. */
export interface Body {
  readonly data: Record<string, unknown> & Record<string, unknown>[];
  readonly meta: Meta;
  readonly error: { readonly code: string; readonly message: string; readonly details: Detail[] };
}

interface Meta {
  readonly cursor: string | null;
  readonly previous?: string | null;
  readonly has_more: boolean;
  readonly total?: number;
}

interface Detail {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

export interface RestApp extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  readonly resources: readonly Resource[];
  /** Statements run so far; a test empties it. */
  readonly statements: string[];
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  sql(text: string): Promise<readonly (readonly (string | null)[])[]>;
}

export interface CallOptions {
  /** Sent as JSON; text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves resources given as YAML on a database of their own, made by the generated migrations. */
export function startRest(...yaml: readonly string[]): Promise<RestApp> {
  return startRestWith({}, ...yaml);
}

interface StartOptions extends Partial<RestOptions> {
  /** Stands around every statement that is run by itself. */
  readonly around?: (statement: SqlStatement, run: () => Promise<SqlResult>) => Promise<SqlResult>;
}

/** The same with options of `createRestRoutes`. */
export async function startRestWith(
  { around = (_statement, run) => run(), ...options }: StartOptions,
  ...yaml: readonly string[]
): Promise<RestApp> {
  const files = yaml.map((text, index) => ({ file: `r${index}.yaml`, text }));
  const { resources, diagnostics } = parseResources(files);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ code, message }) => `${code} ${message}`).join("\n"));
  const { url: databaseUrl, close: dropDatabase } = await createTestDatabase();
  const database = createDatabase({ url: databaseUrl, poolSize: 4 });
  const sql = async (text: string) => (await database.run({ name: text, text, prepare: false }, [])).rows;
  for (const { fileName, contents } of planInitialMigrations({ tables: resources, existingFiles: [] }).files) {
    if (!fileName.endsWith(".up.sql")) continue;
    await database.transaction(async (transaction) => {
      for (const statement of contents.split(/;\s*\n/)) {
        if (statement.trim() !== "") await transaction.run({ name: statement, text: statement, prepare: false }, []);
      }
    });
  }
  const statements: string[] = [];
  const routes = createRestRoutes({
    resources,
    database: () => ({
      run: (statement, values) => {
        statements.push(statement.text);
        return around(statement, () => database.run(statement, values));
      },
      transaction: (work) => database.transaction(work),
      stats: () => database.stats(),
    }),
    authorize: (_exchange, { rule }) => {
      if (rule.kind === "public") return { subject: undefined, scope: { owner: undefined, tenant: undefined } };
      throw new HttpError("Unauthorized", { code: "UNAUTHORIZED" });
    },
    ...options,
  });
  const app = createHttpApp({ routes });
  const server = createServer((request, response) => void app.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    database,
    resources,
    statements,
    sql,
    async call(method, path, { body, headers = {} } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
        body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      const json = text === "" ? undefined : (JSON.parse(text) as Body);
      return { status: response.status, headers: response.headers, text, json };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
      await dropDatabase();
    },
  };
}
