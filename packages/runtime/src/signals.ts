import type { Logger } from "@shaperail/core";
import type { Runtime } from "./runtime.ts";

/** The part of `process` that is needed here; a test hands in its own. */
export interface SignalSource {
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  off(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
}

export interface RunOptions {
  readonly signals?: SignalSource;
  readonly logger?: Logger;
  /** Ends the process at once: the second signal does not wait for anything. */
  readonly exit?: (code: number) => void;
}

const EXIT_CODE = { SIGTERM: 143, SIGINT: 130 } as const;

/**
 * Waits for SIGTERM or SIGINT, then closes the runtime; resolves with the exit code: 0, or 1 when something did not close in time.
 * A second signal ends the process at once with 143 or 130.
 */
export function runUntilSignal(
  runtime: Pick<Runtime, "close">,
  { signals = process, logger, exit = (code) => process.exit(code) }: RunOptions = {},
): Promise<number> {
  return new Promise((resolve) => {
    let closing = false;
    const onSignal = (signal: "SIGTERM" | "SIGINT"): void => {
      if (closing) {
        logger?.warn("second signal: ending at once", { signal });
        exit(EXIT_CODE[signal]);
        return;
      }
      closing = true;
      logger?.info("shutting down", { signal });
      runtime
        .close()
        .then(
          () => resolve(0),
          (error: unknown) => {
            logger?.error("the shutdown was not clean", { error });
            resolve(1);
          },
        )
        .finally(() => {
          signals.off("SIGTERM", onTerm);
          signals.off("SIGINT", onInt);
        });
    };
    const onTerm = (): void => onSignal("SIGTERM");
    const onInt = (): void => onSignal("SIGINT");
    signals.on("SIGTERM", onTerm);
    signals.on("SIGINT", onInt);
  });
}
