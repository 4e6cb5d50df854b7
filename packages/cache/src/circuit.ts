import { inTime } from "./deadline.ts";

export type Outcome<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly error: unknown };

/** Stands between the cache and its store, and opens (lets nothing through) when the store fails. */
export interface Circuit {
  readonly isOpen: boolean;
  /** Does the work within the deadline. While the circuit is open nothing is done at all. Never rejects. */
  run<T>(work: () => Promise<T>): Promise<Outcome<T>>;
  /** Like `run`, also while the circuit is open, and without counting. */
  probe<T>(work: () => Promise<T>): Promise<Outcome<T>>;
  /** Lets everything through again. */
  close(): void;
}

export interface CircuitOptions {
  /** Longest wait for the store, in milliseconds. */
  readonly timeoutMs: number;
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** Whether an error costs time: a refusal that comes at once does not. */
  readonly isFailure: (error: unknown) => boolean;
  readonly onOpen: (error: unknown) => void;
}

const OPEN: Outcome<never> = { done: false, error: undefined };

export function createCircuit({ timeoutMs, threshold, isFailure, onOpen }: CircuitOptions): Circuit {
  let failures = 0;
  let isOpen = false;

  const attempt = async <T>(work: () => Promise<T>): Promise<Outcome<T>> => {
    try {
      return { done: true, value: await inTime(work(), timeoutMs) };
    } catch (error) {
      return { done: false, error };
    }
  };

  return {
    get isOpen() {
      return isOpen;
    },
    async run(work) {
      if (isOpen) return OPEN;
      const outcome = await attempt(work);
      if (outcome.done) failures = 0;
      else if (isFailure(outcome.error)) failures += 1;
      if (failures >= threshold && !isOpen) {
        isOpen = true;
        if (!outcome.done) onOpen(outcome.error);
      }
      return outcome;
    },
    probe: attempt,
    close() {
      failures = 0;
      isOpen = false;
    },
  };
}
