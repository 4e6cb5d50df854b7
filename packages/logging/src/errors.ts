import { ShaperailError } from "@shaperail/core";

export type LoggingErrorCode =
  /** The file that lines should go to cannot be opened for writing. */
  "LOGGING_DESTINATION_UNAVAILABLE";

/** The logger could not be opened. */
export class LoggingError extends ShaperailError<LoggingErrorCode> {
  override readonly name = "LoggingError";
}
