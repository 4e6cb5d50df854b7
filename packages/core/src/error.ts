/** What a {@link ShaperailError} carries besides its message. */
export interface ShaperailErrorOptions<Code extends string = string> {
  /** Stable identifier to branch on, in the form `PACKAGE_WHAT_HAPPENED`. */
  readonly code: Code;
  /** What the reader can do about it: one imperative sentence. */
  readonly hint?: string;
  /** Machine-readable facts. Never a secret, never a sensitive field. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The original error. */
  readonly cause?: unknown;
}

/**
 * Base of every error a Shaperail package throws on purpose.
 *
 * `code` is public API and never changes meaning; `message` says what happened; `hint` says what to do.
 * Wrong *usage* of a function throws a `TypeError` instead.
 */
export class ShaperailError<Code extends string = string> extends Error {
  override readonly name: string = "ShaperailError";
  readonly code: Code;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, { code, hint, details, cause }: ShaperailErrorOptions<Code>) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/** True for any error of ours, also for one created by another copy of this package. */
export function isShaperailError(error: unknown): error is ShaperailError {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "hint" in error;
}

/** The thrown value as an `Error`: itself when it is one, otherwise wrapped with the value as its cause. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`A value that is not an error was thrown.`, { cause: thrown });
}
