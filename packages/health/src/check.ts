import { isShaperailError, type Logger, withDeadline } from "@shaperail/core";
import { withoutSecrets } from "./without-secrets.ts";

/**
 * Asks one thing whether it works: resolves when it does, perhaps with what is worth saying, rejects when it does not. The signal is aborted at the
 * deadline, so that the check can let go of what it holds.
 */
export type Check = (signal: AbortSignal) => Promise<string | void>;

/** How a check went, as a probe reads it. */
export type CheckAnswer =
  | { readonly status: "ok"; readonly message?: string }
  | { readonly status: "error"; readonly message: string };

const OK: CheckAnswer = Object.freeze({ status: "ok" });

/** Runs a check within its deadline. Never rejects; the error goes to the log, its message without secrets to the answer. */
export async function runCheck(
  check: Check,
  { name, timeoutMs, logger }: { name: string; timeoutMs: number; logger: Logger },
): Promise<CheckAnswer> {
  try {
    const said = await withDeadline(async (signal) => check(signal), { timeoutMs, what: `The ${name} check` });
    return said === undefined ? OK : { status: "ok", message: said };
  } catch (error) {
    logger.warn("a health check failed", { check: name, error });
    return { status: "error", message: messageOf(error, name) };
  }
}

// Our own errors are written to be read by people. Of others only what kind they are is safe: drivers put addresses,
// user names and SQL into theirs.
function messageOf(error: unknown, name: string): string {
  if (isShaperailError(error)) return withoutSecrets(error.message);
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return withoutSecrets(`The ${name} check failed: ${error.code}.`);
  }
  return `The ${name} check failed.`;
}
