import { type Closeable, closeable, type Logger, toError } from "@shaperail/core";

export interface WatchRevocationsOptions {
  /** Learns what was revoked within the last seconds. */
  readonly learn: (sinceSeconds: number) => Promise<void>;
  /** How far back the first look goes. */
  readonly keepSeconds: number;
  /** Pause between two looks. */
  readonly pollSeconds: number;
  readonly logger: Logger;
}

/** Longer than a statement that revokes may take from its clock to its commit. */
const OVERLAP_SECONDS = 60;

/** Looks once, and fails if that fails; then again and again until it is closed. */
export async function watchRevocations({
  learn,
  keepSeconds,
  pollSeconds,
  logger,
}: WatchRevocationsOptions): Promise<Closeable> {
  let looked = performance.now();
  await learn(keepSeconds);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isOut = false;

  async function look(): Promise<void> {
    const startedAt = performance.now();
    try {
      await learn(Math.min(keepSeconds, (startedAt - looked) / 1_000 + OVERLAP_SECONDS));
      looked = startedAt;
      if (isOut) logger.info("Revoked sessions are read again");
      isOut = false;
    } catch (error) {
      if (!isOut) logger.warn("Revoked sessions cannot be read; those known stay refused", { error: toError(error) });
      isOut = true;
    }
  }
  function plan(): void {
    timer = setTimeout(() => {
      looking = look().then(() => {
        looking = undefined;
        if (timer !== undefined) plan();
      });
    }, pollSeconds * 1_000);
    // A process that has nothing else to do may end.
    timer.unref();
  }
  plan();
  return closeable(async () => {
    clearTimeout(timer);
    timer = undefined;
    await looking;
  });
}
