import { AsyncLocalStorage } from "node:async_hooks";
import type { LogFields } from "@shaperail/core";

const storage = new AsyncLocalStorage<LogFields>();

/**
 * Runs the work with these fields on every line it logs, whatever it awaits. Inside another context both apply.
 *
 * `request_id` is the one every reader looks for: it stands before the message.
 */
export function runWithLogContext<T>(fields: LogFields, run: () => T): T {
  const outer = storage.getStore();
  return storage.run(outer === undefined ? fields : { ...outer, ...fields }, run);
}

/** The fields of the surrounding {@link runWithLogContext}; `undefined` outside of one. */
export function logContext(): LogFields | undefined {
  return storage.getStore();
}
