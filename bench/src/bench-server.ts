/** What a server is told. */
export interface ServerContext {
  readonly port: number;
  /** Connections to the database. */
  readonly poolSize: number;
  /** Run TypeScript sources instead of what the build made of them. */
  readonly source: boolean;
  /** A Redis of its own for the servers that use one. */
  readonly redisUrl: string;
}

/** How to start a server: the arguments of Node, further variables, the directory. */
export interface ServerCommand {
  readonly args: readonly string[];
  /** Besides `DATABASE_URL`, `PORT` and `POOL_SIZE`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** A server to be measured. Each is a file of `servers/` that exports one as `server`. */
export interface BenchServer {
  readonly name: string;
  readonly describes: string;
  /** It runs for the workloads that name it, and for no others. @default false */
  readonly special?: boolean;
  command(context: ServerContext): ServerCommand;
}
