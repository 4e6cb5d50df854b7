import pg from "pg";

/** A row as PostgreSQL's text. */
export type TextRow = readonly (string | null)[];

export interface Pipelines {
  /** Sends a statement behind what is under way on the next connection. */
  run(
    statement: { readonly name: string; readonly text: string },
    values: readonly (string | null)[],
  ): Promise<TextRow[]>;
}

/** Connections with pipelining, in turn. */
export async function createPipelines(url: string, count: number): Promise<Pipelines> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: url, pipeline: true }));
  await Promise.all(clients.map((client) => client.connect()));
  let next = 0;
  return {
    run(statement, values) {
      const client = clients[(next = (next + 1) % count)];
      return new Promise((resolve, reject) => {
        client?.query(new TextQuery({ ...statement, values: [...values] }, resolve, reject));
      });
    },
  };
}

/** Keeps rows as they come; `pg` would make an object of each, and a value of each column. */
class TextQuery extends pg.Query {
  readonly #rows: TextRow[] = [];
  readonly #resolve: (rows: TextRow[]) => void;
  readonly #reject: (error: Error) => void;

  constructor(config: pg.QueryConfig, resolve: (rows: TextRow[]) => void, reject: (error: Error) => void) {
    super(config, () => undefined);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.#rows.push(fields);
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}
