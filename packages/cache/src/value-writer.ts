import type { Circuit } from "./circuit.ts";
import type { Complain } from "./complaints.ts";
import { encodeEntry, type StoredEntry } from "./entry.ts";

/** Writes values behind the caller's back. */
export interface ValueWriter {
  /**
   * Writes, unless too much is being written; then it returns nothing. No answer waits for it. Resolves when the store has the value, or
   * will not have it; never rejects.
   */
  write(key: string, entry: StoredEntry): Promise<void> | undefined;
  /** Writes nothing from now on, and resolves when nothing is being written. */
  close(): Promise<void>;
}

export interface ValueWriterOptions {
  readonly store: (key: string, value: Buffer, ttlMs: number) => Promise<void>;
  readonly circuit: Circuit;
  readonly complain: Complain;
  /** Most bytes on the way to the store. */
  readonly maxPendingBytes: number;
}

export function createValueWriter({ store, circuit, complain, maxPendingBytes }: ValueWriterOptions): ValueWriter {
  const writes = new Set<Promise<void>>();
  let pendingBytes = 0;
  let isClosed = false;

  const send = async (key: string, entry: StoredEntry): Promise<void> => {
    const encoded = encodeEntry(entry);
    pendingBytes += encoded.length;
    const outcome = await circuit.run(() => store(key, encoded, entry.ttlMs + entry.staleMs));
    pendingBytes -= encoded.length;
    if (!outcome.done && outcome.error !== undefined) complain("The cache cannot be written", outcome.error);
  };

  return {
    write(key, entry) {
      if (isClosed || circuit.isOpen || pendingBytes + entry.body.length > maxPendingBytes) return undefined;
      const write = send(key, entry).finally(() => writes.delete(write));
      writes.add(write);
      return write;
    },
    async close() {
      isClosed = true;
      await Promise.all(writes);
    },
  };
}
