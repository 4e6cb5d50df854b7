import { setTimeout as sleep } from "node:timers/promises";

/** A run that is under way. */
export interface RunningJob {
  readonly id: string;
  /** Aborted with the reason to stop. */
  readonly controller: AbortController;
  /** Resolves when the run is to be left behind, whether or not its handler has ended. */
  readonly abandoned: Promise<"abandoned">;
  /** True once another worker may have the job. */
  readonly isLost: boolean;
  end(): void;
}

/** The runs of one worker. */
export interface RunningJobs {
  readonly size: number;
  has(id: string): boolean;
  begin(id: string): RunningJob;
  /** Tells the runs of a job to stop, because it belongs to another worker now. */
  lose(id: string, reason: Error): void;
  /** Tells every run to stop. */
  stopAll(reason: Error): void;
  /** Leaves every run behind. */
  abandonAll(): void;
  /** Resolves when nothing runs, or when the time is up. */
  waitUntilIdle(timeoutMs: number): Promise<void>;
}

export function createRunningJobs(): RunningJobs {
  const entries = new Set<{ readonly id: string; lost: boolean; controller: AbortController; abandon: () => void }>();
  let onIdle: () => void = () => undefined;

  return {
    get size() {
      return entries.size;
    },
    has: (id) => [...entries].some((entry) => entry.id === id),
    begin(id) {
      const controller = new AbortController();
      const { promise, resolve } = withResolvers();
      const entry = { id, lost: false, controller, abandon: () => resolve("abandoned") };
      entries.add(entry);
      return {
        id,
        controller,
        abandoned: promise,
        get isLost() {
          return entry.lost;
        },
        end() {
          entries.delete(entry);
          if (entries.size === 0) onIdle();
        },
      };
    },
    lose(id, reason) {
      for (const entry of entries) {
        if (entry.id !== id) continue;
        entry.lost = true;
        entry.controller.abort(reason);
      }
    },
    stopAll(reason) {
      for (const { controller } of entries) controller.abort(reason);
    },
    abandonAll() {
      for (const { abandon } of entries) abandon();
    },
    async waitUntilIdle(timeoutMs) {
      if (entries.size === 0) return;
      const timeUp = new AbortController();
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve;
      });
      await Promise.race([idle, sleep(timeoutMs, undefined, { signal: timeUp.signal }).catch(() => undefined)]);
      timeUp.abort();
    },
  };
}

function withResolvers(): { promise: Promise<"abandoned">; resolve: (value: "abandoned") => void } {
  let resolve: (value: "abandoned") => void = () => undefined;
  const promise = new Promise<"abandoned">((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
