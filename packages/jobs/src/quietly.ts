import type { Logger } from "@shaperail/core";

/** Logs an error once until another one comes: a client that reconnects repeats the same one for as long as an outage lasts. */
export function quietly(logger: Logger, message: string): (error: Error) => void {
  let last: string | undefined;
  return (error) => {
    if (error.message === last) return;
    last = error.message;
    logger.warn(message, { error });
  };
}
