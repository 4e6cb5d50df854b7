/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Escape sequences are welcome. */
  readonly color: boolean;
}

/** What the server process of `serve` hears from the process that started it, and tells it. */
export interface ParentProcess {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The parent is gone, killed perhaps. */
  onGone(listener: () => void): void;
}

/** Everything of the outside world a command sees; a test passes its own. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the command was started: absolute. */
  readonly directory: string;
  /** The result, and nothing else. */
  readonly stdout: Output;
  /** Progress and diagnostics. */
  readonly stderr: Output;
  /** Somebody sits at a terminal and may be asked. */
  readonly isInteractive: boolean;
  /** Words that start this command line again in another process: the program, then its first arguments. */
  readonly self: readonly [program: string, ...args: string[]];
  /** Calls back on SIGINT and SIGTERM until the returned function is called. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Ends the process at once, whatever is still running: what a second signal asks for. */
  exit(code: number): void;
  /** Undefined unless another `shaperail` started this one. */
  readonly parent: ParentProcess | undefined;
}

/** The words after the command's name, understood. */
export interface Invocation {
  argument(index: number): string | undefined;
  /** A flag without a value, by its long name. */
  flag(name: string): boolean;
  /** A flag with a value, by its long name. */
  value(name: string): string | undefined;
}

/** Does the work; resolves with the exit code. */
export type RunCommand = (context: CommandContext, invocation: Invocation) => Promise<number>;

/** Commands that share their first word: `export openapi`, `export sdk`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly commands: readonly Command[];
}

/** One entry of the table from which parsing, help and suggestions are derived. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Another name of a command, which the list of commands does not show. @default false */
  readonly isHidden?: boolean;
  /** `<name>` must be given, `[path]` may be. */
  readonly arguments?: readonly (readonly [syntax: string, description: string])[];
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** Options that are there for another program; help does not show them. */
  readonly hiddenOptions?: readonly string[];
  readonly examples: readonly string[];
  /** Commands behind this one's name, beside what it does itself: `migrate new`. */
  readonly subcommands?: readonly Command[];
  /** Imports what the command needs, so that `--help` does not wait for it. */
  load(): Promise<RunCommand>;
}
