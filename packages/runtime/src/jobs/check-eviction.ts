import { type Logger, toError } from "@shaperail/core";
import { RuntimeError } from "../errors.ts";

const HINT =
  "Give jobs a Redis of their own (`jobs.url`) with `maxmemory-policy noeviction`; without any Redis, jobs are kept in PostgreSQL.";

/**
 * Looks whether the jobs' Redis may throw them away when its memory is full: every other policy than `noeviction` loses jobs, or runs them
 * twice. A server that does not answer, or does not tell, is only reported: it is not there to be asked.
 *
 * @throws RuntimeError `RUNTIME_JOBS_EVICTED` in production
 */
export async function refuseEviction(
  url: string,
  { isProduction, logger }: { readonly isProduction: boolean; readonly logger: Logger },
): Promise<void> {
  const { checkEviction, openRedis } = await import("@shaperail/cache");
  await using redis = openRedis({ url });
  const found = await redis
    .connect()
    .then(() => checkEviction(redis))
    .catch((error: unknown) => toError(error));
  if (found instanceof Error) {
    logger.warn("The jobs' Redis could not be asked whether it evicts", { error: found, hint: HINT });
    return;
  }
  if (found.evicts === undefined) logger.warn("The jobs' Redis does not tell whether it evicts", { hint: HINT });
  if (found.evicts !== true) return;
  const message = `The Redis of the jobs evicts (${found.policy}): when its memory is full, jobs are lost or run twice.`;
  if (!isProduction) return logger.warn(message, { policy: found.policy, hint: HINT });
  throw new RuntimeError(message, { code: "RUNTIME_JOBS_EVICTED", hint: HINT, details: { policy: found.policy } });
}
