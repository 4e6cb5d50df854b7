import type { Circuit } from "./circuit.ts";
import type { Complain } from "./complaints.ts";
import { encodeEntry, type StoredEntry } from "./entry.ts";

/** Writes values behind the caller's back. */
export interface ValueWriter {
  /** Writes, unless the value is too large or too much is being written; nobody waits for it and it never throws. */
  write(key: string, entry: StoredEntry): void;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
}

export interface ValueWriterOptions {
  readonly store: (key: string, value: Buffer, ttlMs: number) => Promise<void>;
  readonly circuit: Circuit;
  readonly complain: Complain;
  /** Largest body and meta together, in bytes. */
  readonly maxValueBytes: number;
  /** Most bytes on the way to the store. */
  readonly maxPendingBytes: number;
}

export function createValueWriter({
  store,
  circuit,
  complain,
  maxValueBytes,
  maxPendingBytes,
}: ValueWriterOptions): ValueWriter {
  const writes = new Set<Promise<void>>();
  let pendingBytes = 0;

  const send = async (key: string, entry: StoredEntry): Promise<void> => {
    const encoded = encodeEntry(entry);
    pendingBytes += encoded.length;
    const outcome = await circuit.run(() => store(key, encoded, entry.ttlMs + entry.staleMs));
    pendingBytes -= encoded.length;
    if (!outcome.done && outcome.error !== undefined) complain("The cache cannot be written", outcome.error);
  };

  return {
    write(key, entry) {
      const bytes = entry.body.length + Buffer.byteLength(entry.meta);
      if (circuit.isOpen || bytes > maxValueBytes || pendingBytes + bytes > maxPendingBytes) return;
      const write = send(key, entry).finally(() => writes.delete(write));
      writes.add(write);
    },
    async idle() {
      await Promise.all(writes);
    },
  };
}
