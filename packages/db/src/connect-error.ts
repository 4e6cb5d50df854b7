import { describeUrl } from "./connection-url.ts";
import type { DbError } from "./errors.ts";
import { dbError, isStartupRefused, toDbError } from "./sql-state.ts";

export interface ConnectTarget {
  readonly url: string;
  /** Name of the connection, as in the project's configuration. */
  readonly name: string;
}

/** The error of a first connection, with the address it went to (without credentials) and what to try next. */
export function connectError(error: unknown, { url, name }: ConnectTarget): DbError {
  const { code, message, hint, details, cause } = toDbError(error);
  const address = describeUrl(url);
  const variable = name === "default" ? "DATABASE_URL" : `the url of the connection "${name}"`;
  if (isStartupRefused(error)) {
    return dbError(code, {
      message: `Cannot connect to the database at ${address}: the server there refuses start-up parameters.`,
      hint: "It is a pooler: set preparedStatements to false.",
      details: { ...details, address },
      cause,
    });
  }
  const why = code === "DB_UNAVAILABLE" ? "the server does not answer there" : lowerFirst(message).replace(/\.$/, "");
  return dbError(code, {
    message: `Cannot connect to the database at ${address}: ${why}.`,
    hint:
      code === "DB_UNAVAILABLE"
        ? `Start PostgreSQL (docker compose up -d, say), or correct ${variable}.`
        : hint?.replace("DATABASE_URL", variable),
    details: { ...details, address },
    cause,
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
