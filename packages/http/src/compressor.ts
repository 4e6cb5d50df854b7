import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Coding } from "./accept-encoding.ts";

/** When bodies are compressed. */
export interface CompressionOptions {
  /**
   * Smallest body that is worth compressing, in bytes. The default is about what one TCP segment carries on Ethernet
   * (1,500 bytes less 40 to 72 of IP and TCP headers): below it, fewer bytes save no packet.
   * @default 1_400
   */
  readonly minBytes?: number;
}

/** Compresses bodies aside of the event loop. */
export interface Compressor {
  readonly minBytes: number;
  /**
   * The compressed body, or undefined when it is not smaller; it never rejects. Undefined at once when too much is
   * being compressed already: the body is then sent as it is.
   */
  compress(
    body: string | Uint8Array,
    options: { readonly size: number; readonly coding: Exclude<Coding, "identity"> },
  ): Promise<Buffer | undefined> | undefined;
}

// zlib shares libuv's pool, of four threads unless the operator said otherwise, with files and name look-ups. Half of
// it stays free for them; what waits, waits here, and is a matter of milliseconds.
const MAX_RUNNING = 2;
const MAX_WAITING_BYTES = 1_048_576;

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

// The lowest levels: the next ones cost half as much again and save a few percent. The table is in the README.
const PACK = Object.freeze({
  gzip: (body: string | Uint8Array, _size: number): Promise<Buffer> => gzipped(body, { level: 1 }),
  br: (body: string | Uint8Array, size: number): Promise<Buffer> =>
    brotlied(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: size } }),
});

/** Builds a compressor; one serves a whole process, because the threads it uses are the process's. */
export function createCompressor({ minBytes = 1_400 }: CompressionOptions = {}): Compressor {
  let running = 0;
  let waitingBytes = 0;
  const waiting: (() => void)[] = [];

  const turn = async (size: number): Promise<void> => {
    if (running < MAX_RUNNING) {
      running += 1;
      return;
    }
    waitingBytes += size;
    await new Promise<void>((resolve) => waiting.push(resolve));
    waitingBytes -= size;
  };

  // Whoever waits longest takes over the place.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return {
    minBytes,
    compress(body, { size, coding }) {
      if (running >= MAX_RUNNING && waitingBytes + size > MAX_WAITING_BYTES) return undefined;
      return (async () => {
        await turn(size);
        try {
          const packed = await PACK[coding](body, size);
          return packed.length < size ? packed : undefined;
        } catch {
          // No memory for it, for example: the body itself is still good.
          return undefined;
        } finally {
          leave();
        }
      })();
    },
  };
}
