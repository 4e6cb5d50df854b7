import { isShaperailError, toError } from "@shaperail/core";

/** The readiness check of a queue. Probes are answered with the code alone: the log has the rest. */
export function queueCheck(ask: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await ask();
    } catch (error) {
      const reason = isShaperailError(error) ? error.code : toError(error).name;
      throw new Error(`The queue does not answer: ${reason}`, { cause: error });
    }
  };
}
