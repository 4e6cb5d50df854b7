/** What to do about a process that ended although nobody asked it to. */
export type RestartDecision =
  | { readonly kind: "restart"; readonly pauseMs: number }
  /** It would only crash again: whoever started the application must know. */
  | { readonly kind: "give-up" };

export interface RestartPolicy {
  /** Crashes longer ago than this do not count, in milliseconds. @default 60_000 */
  readonly windowMs?: number;
  /** Most crashes of all processes together in that time. @default 8 */
  readonly mostCrashes?: number;
  /** Pause before the first replacement, in milliseconds; each further crash doubles it. @default 100 */
  readonly firstPauseMs?: number;
  /** @default 10_000 */
  readonly longestPauseMs?: number;
}

/** Decides from the times of the crashes, the newest included; `now` and they are milliseconds of one clock. */
export function planRestart(
  crashes: readonly number[],
  now: number,
  { windowMs = 60_000, mostCrashes = 8, firstPauseMs = 100, longestPauseMs = 10_000 }: RestartPolicy = {},
): RestartDecision {
  const recent = crashes.filter((at) => now - at < windowMs).length;
  if (recent > mostCrashes) return { kind: "give-up" };
  return { kind: "restart", pauseMs: Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, recent - 1)) };
}
