import pg from "pg";

/** Rows as text plus what the server said it did, before translation into a result. */
export interface RawAnswer {
  readonly rows: (string | null)[][];
  readonly rowCount: number;
  /** First word of the command tag, such as `SELECT` or `ROLLBACK`. */
  readonly command: string;
}

export interface RawQueryConfig {
  readonly text: string;
  readonly values: readonly (string | null)[];
  /** Names a prepared statement; undefined sends the text every time. */
  readonly name: string | undefined;
}

/** The two messages of the protocol that are read here, as `pg` parses them. */
interface DataRowMessage {
  readonly fields: (string | null)[];
}
interface CommandCompleteMessage {
  readonly text: string;
}

type Settle = (error: Error | undefined, answer?: RawAnswer) => void;

/**
 * A query that keeps each row as the array of strings the protocol parser made.
 *
 * `pg` would look up and call a parser per column and build another array per row; what follows needs the text only.
 * It is a subclass because `pg` refuses other query objects on a pipelined connection.
 */
export class RawQuery extends pg.Query {
  readonly #rows: (string | null)[][] = [];
  readonly #settle: Settle;
  #tag = "";

  constructor({ text, values, name }: RawQueryConfig, settle: Settle) {
    super({ text, values: [...values], ...(name === undefined ? {} : { name }) }, () => undefined);
    this.#settle = settle;
  }

  handleRowDescription(): void {}

  handleDataRow(message: DataRowMessage): void {
    this.#rows.push(message.fields);
  }

  handleCommandComplete(message: CommandCompleteMessage): void {
    this.#tag = message.text;
  }

  handleReadyForQuery(): void {
    const [command = "", ...numbers] = this.#tag.split(" ");
    this.#settle(undefined, { rows: this.#rows, rowCount: Number(numbers.at(-1) ?? 0), command });
  }

  handleError(error: Error): void {
    this.#settle(error);
  }
}
