import { randomFillSync } from "node:crypto";

/** Longer than any generation of ours; something that long under a generation's key is not one. */
export const LONGEST_GENERATION = 64;

const TOKEN_BYTES = 12;
const POOL_BYTES = TOKEN_BYTES * 128;

/** Makes texts that are never made twice, on any machine: 96 random bits. */
export function createGenerationSource(): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += TOKEN_BYTES;
    return pool.toString("base64url", used - TOKEN_BYTES, used);
  };
}
