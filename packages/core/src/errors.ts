export type CoreErrorCode =
  /** Something took longer than its deadline; `details.timeoutMs` is the deadline. */
  "CORE_DEADLINE_EXCEEDED";
