/** Tries again and again, with growing pauses, while there is something to try. */
export interface Recovery {
  /** Begins, unless it has begun. */
  wake(): void;
  stop(): void;
}

export interface RecoveryOptions {
  /** Resolves with true when nothing is left to try. Never rejects. */
  readonly attempt: () => Promise<boolean>;
  /** Pause before the first attempt, in milliseconds; doubled after each. */
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly random: () => number;
}

export function createRecovery({ attempt, shortestMs, longestMs, random }: RecoveryOptions): Recovery {
  let timer: NodeJS.Timeout | undefined;
  let isWoken = false;
  let isStopped = false;

  const schedule = (pauseMs: number): void => {
    // Instances that lost the same store do not ask for it in the same millisecond.
    timer = setTimeout(() => void run(pauseMs), pauseMs * (0.75 + random() / 4)).unref();
  };
  const run = async (pauseMs: number): Promise<void> => {
    isWoken = false;
    const isDone = await attempt();
    timer = undefined;
    // Something may have come up while the attempt was ending.
    if ((!isDone || isWoken) && !isStopped) schedule(Math.min(pauseMs * 2, longestMs));
  };

  return {
    wake() {
      isWoken = true;
      if (timer === undefined && !isStopped) schedule(shortestMs);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
