/** A pause that doubles after every attempt. */
export interface ExponentialBackoff {
  /** Pause after the first attempt, in milliseconds. @default 2_000 */
  readonly baseMs?: number;
  /** Longest pause, in milliseconds. @default 3_600_000 */
  readonly maxMs?: number;
  /** The part of a pause that chance may take away, 0 to 1, so that what failed together does not come back together. @default 0.25 */
  readonly jitter?: number;
}

/**
 * The pause before the next attempt: a doubling one, or a function of the attempt that failed (1 is the first) and its
 * error. The function answers with milliseconds, or with `"give-up"` when no further attempt can help.
 */
export type Backoff = ExponentialBackoff | ((attempt: number, error: Error) => number | "give-up");

/** Milliseconds to wait after the given attempt failed, or `"give-up"`. */
export function pauseAfter(
  backoff: Backoff,
  { attempt, error, random = Math.random }: { attempt: number; error: Error; random?: () => number },
): number | "give-up" {
  if (typeof backoff !== "function") return exponentialPause(backoff, attempt, random);
  const pause = backoff(attempt, error);
  return pause === "give-up" ? pause : Math.max(0, Math.round(pause));
}

function exponentialPause(
  { baseMs = 2_000, maxMs = 3_600_000, jitter = 0.25 }: ExponentialBackoff,
  attempt: number,
  random: () => number,
): number {
  const full = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return Math.round(full * (1 - jitter * random()));
}
