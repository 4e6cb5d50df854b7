export { type Clock, systemClock } from "./clock.ts";
export { type Closeable, closeable } from "./closeable.ts";
export { type DeadlineOptions, withDeadline } from "./deadline.ts";
export { isShaperailError, ShaperailError, type ShaperailErrorOptions, toError } from "./error.ts";
export { type LogFields, type Logger, noopLogger } from "./logger.ts";
export { noopObserver, type ObservationAttributes, type Observer, type Report } from "./observer.ts";
