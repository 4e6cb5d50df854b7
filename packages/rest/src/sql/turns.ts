import { HttpError } from "@shaperail/http";

/** Does a piece of work when it is its turn. Rejects with HttpError `SERVICE_UNAVAILABLE` when that takes too long. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export interface TurnsOptions {
  /** How many may be under way at the same time. */
  readonly most: number;
  /** Longest wait for a turn, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

/** Lets so many pieces of work be under way at a time; the others wait, and whoever came first goes first. */
export function createTurns({ most, timeoutMs = 5_000 }: TurnsOptions): Turns {
  const waiting = new Set<() => void>();
  let free = most;

  const enter = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const proceed = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(proceed);
        reject(busy());
      }, timeoutMs);
      waiting.add(proceed);
    });
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  return async (work) => {
    if (free > 0) free -= 1;
    else await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

function busy(): HttpError {
  const headers = { "Retry-After": "1" };
  return new HttpError("Too many requests of this kind are under way", { code: "SERVICE_UNAVAILABLE", headers });
}
