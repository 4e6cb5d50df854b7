/** Ids of revoked sessions, each for as long as an access token of it could still be valid. */
export interface RevokedSessions {
  add(sessionId: string): void;
  has(sessionId: string): boolean;
  readonly size: number;
}

export interface RevokedSessionsOptions {
  /** How long an id is kept, in milliseconds. */
  readonly keepMs: number;
  /** Most ids that are kept. */
  readonly max: number;
  /** Called when an id is forgotten before its time, because there are too many. */
  readonly onOverflow: () => void;
  /** A clock that never goes back, in milliseconds. @default `performance.now` */
  readonly now?: () => number;
}

export function createRevokedSessions({
  keepMs,
  max,
  onOverflow,
  now = () => performance.now(),
}: RevokedSessionsOptions): RevokedSessions {
  // In the order in which they end, since all are kept equally long.
  const endings = new Map<string, number>();

  function forgetOld(): void {
    for (const [sessionId, endsAt] of endings) {
      const isOver = endsAt <= now();
      if (!isOver && endings.size <= max) return;
      if (!isOver) onOverflow();
      endings.delete(sessionId);
    }
  }

  return {
    add(sessionId) {
      if (!endings.has(sessionId)) endings.set(sessionId, now() + keepMs);
      forgetOld();
    },
    has: (sessionId) => endings.has(sessionId),
    get size() {
      return endings.size;
    },
  };
}
