/** Milliseconds since 1 January 1970 UTC. A parameter wherever time matters, so that a test needs no fake timers. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();
