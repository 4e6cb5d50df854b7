import { type Clock, isShaperailError, type Logger, toError } from "@shaperail/core";

/** Logs what goes wrong, each kind at most once a minute, however many requests meet it; returns whether it did. */
export type Complain = (what: string, error: unknown) => boolean;

const QUIET_MS = 60_000;

export function createComplaints({ logger, clock }: { readonly logger: Logger; readonly clock: Clock }): Complain {
  const last = new Map<string, number>();
  return (what, error) => {
    const kind = `${what} ${isShaperailError(error) ? error.code : ""}`;
    const now = clock();
    if (now - (last.get(kind) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false;
    last.set(kind, now);
    logger.warn(what, { error: toError(error) });
    return true;
  };
}
