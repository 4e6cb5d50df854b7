import type { Logger } from "@shaperail/core";

/** The part of `process` that is needed here; a test hands in its own. */
export interface CrashSource {
  on(event: "uncaughtException", listener: (error: unknown, origin: string) => void): unknown;
  off(event: "uncaughtException", listener: (error: unknown, origin: string) => void): unknown;
}

export interface CrashOptions {
  /** @default process */
  readonly source?: CrashSource;
  /** Ends the process; the log writes what is left at its exit. @default process.exit */
  readonly exit?: (code: number) => void;
}

/**
 * Says in the log why the process ends when something was thrown that nobody caught, or a promise was rejected that nobody awaited, and ends
 * it with 1. Nothing can be trusted to finish then, so nothing is waited for. Returns how to stop that.
 */
export function exitOnCrash(
  logger: Logger,
  { source = process, exit = (code) => process.exit(code) }: CrashOptions = {},
): () => void {
  // A rejection that nobody handles comes here as well: that is node's way unless it is told otherwise.
  const onCrash = (error: unknown, origin: string): void => {
    try {
      logger.error("the process crashed", { fatal: true, origin, error });
    } finally {
      exit(1);
    }
  };
  source.on("uncaughtException", onCrash);
  return () => void source.off("uncaughtException", onCrash);
}
