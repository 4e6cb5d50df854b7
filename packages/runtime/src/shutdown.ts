import { type Closeable, closeable, type Logger, toError, withDeadline } from "@shaperail/core";
import { RuntimeError } from "./errors.ts";

export interface Shutdown extends Closeable {
  /** Remembers what to close and gives it back. What was added last is closed first. */
  add<T extends Closeable>(name: string, resource: T): T;
}

export interface ShutdownOptions {
  /** Longest time for everything together, in milliseconds. @default 28_000 */
  readonly deadlineMs?: number;
  readonly logger: Logger;
}

/**
 * The list of what a running application holds. Closing goes from the newest to the oldest, one at a time, because what was opened later
 * uses what was opened before. One deadline covers all; what does not close is named, and the rest is still closed.
 */
export function createShutdown({ deadlineMs = 28_000, logger }: ShutdownOptions): Shutdown {
  const entries: { readonly name: string; readonly resource: Closeable }[] = [];

  const closeAll = async (): Promise<void> => {
    const endsAt = performance.now() + deadlineMs;
    const failures: Error[] = [];
    for (const { name, resource } of entries.toReversed()) {
      // Past the deadline each of the rest still gets a moment: closing a healthy pool takes a few milliseconds.
      const timeoutMs = Math.max(100, Math.round(endsAt - performance.now()));
      try {
        await withDeadline(() => resource.close(), { timeoutMs, what: `Closing ${name}` });
        logger.debug("closed", { resource: name });
      } catch (error) {
        logger.error("a resource did not close", { resource: name, error });
        failures.push(toError(error));
      }
    }
    if (failures.length > 0) {
      throw new RuntimeError(`${failures.length} resource(s) did not close.`, {
        code: "RUNTIME_CLOSE_TIMEOUT",
        hint: "The log names each; look at what it waits for.",
        cause: new AggregateError(failures),
      });
    }
  };

  return {
    add(name, resource) {
      entries.push({ name, resource });
      return resource;
    },
    ...closeable(closeAll),
  };
}
