import { DelayedError, UnrecoverableError, WaitingError } from "bullmq";

/** Tells BullMQ to try again after a pause of our choosing. */
class TryAgainError extends Error {
  readonly pauseMs: number;
  constructor(message: string, pauseMs: number) {
    super(message);
    this.pauseMs = pauseMs;
  }
}

/** What is kept of an error: its text and stack, after everything secret was taken out. */
export type RedactText = (text: string) => string;

/** The error that makes BullMQ keep the job as a dead letter. */
export function deadLetter(error: Error, redact: RedactText): Error {
  return withText(new UnrecoverableError(toText(error, redact)), { error, redact });
}

/** The error that makes BullMQ try the job again. */
export function tryAgain(error: Error, { pauseMs, redact }: { pauseMs: number; redact: RedactText }): Error {
  return withText(new TryAgainError(toText(error, redact), pauseMs), { error, redact });
}

/** The error that makes BullMQ write nothing: somebody else has the job now. */
export function letGo(): Error {
  return new WaitingError();
}

/** The error that makes BullMQ write nothing, because the job was put off already. */
export function putOff(): Error {
  return new DelayedError();
}

/** The pause that {@link tryAgain} asked for. BullMQ's own errors, such as a lost connection, get a second. */
export function pauseOf(error: Error | undefined): number {
  return error instanceof TryAgainError ? error.pauseMs : 1_000;
}

function toText(error: Error, redact: RedactText): string {
  const code = "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return redact(`${code}${error.message}`);
}

function withText(stored: Error, { error, redact }: { error: Error; redact: RedactText }): Error {
  stored.stack = redact(error.stack ?? error.message);
  return stored;
}
