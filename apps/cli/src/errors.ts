import { ShaperailError, type ShaperailErrorOptions } from "@shaperail/core";

export type CliErrorCode =
  /** The command line itself is wrong: an unknown flag, a missing argument, or a question that nobody is there to answer. */
  | "CLI_USAGE"
  /** There is nothing of the kind the command works on, such as resource files or seed files. */
  | "CLI_NOTHING_FOUND"
  /** A file or directory that would be created exists. */
  | "CLI_ALREADY_EXISTS"
  /** A seed file is not a list of records. */
  | "CLI_SEED_INVALID"
  /** Migrations have to be applied before new ones can be drafted. */
  | "CLI_MIGRATIONS_PENDING"
  /** The command needs something that is not done in production. */
  | "CLI_NOT_IN_PRODUCTION"
  /** The project's `auth` section is missing, or leaves what is asked for to somebody else. */
  | "CLI_AUTH_NOT_CONFIGURED"
  /** The variable with the secret that signs tokens is not set. */
  | "CLI_SECRET_MISSING"
  /** The embedded PostgreSQL is not available for this machine, or did not start. */
  | "CLI_EMBEDDED_POSTGRES_FAILED"
  /** A pending migration would block or break a service that is in use; the findings are written before. */
  | "CLI_MIGRATION_UNSAFE"
  /** What was asked for is not possible in the state the job is in. */
  | "CLI_JOB_STATE"
  /** The server process ended before it was ready. */
  | "CLI_SERVER_FAILED";

/** What the process ends with. */
export const EXIT_CODES = {
  ok: 0,
  failure: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** A check ran and found problems. */
  problemsFound: 3,
  /** A server that is needed cannot be reached. */
  unreachable: 4,
  interrupted: 130,
} as const;

interface CliErrorOptions extends ShaperailErrorOptions<CliErrorCode> {
  /** @default 1 */
  readonly exitCode?: number;
}

export class CliError extends ShaperailError<CliErrorCode> {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, { exitCode = EXIT_CODES.failure, ...options }: CliErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
