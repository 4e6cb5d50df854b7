/** Lets callers that ask for the same thing at the same time share one piece of work. */
export interface SingleFlight<T> {
  /** Starts the work, or shares the one that is under way under this key. */
  join(key: string, work: () => Promise<T>): Promise<T>;
  /**
   * Starts the work, or shares one that has not begun: while one is under way, all who come wait for its end and share the
   * next. What they get was not begun before they asked.
   */
  joinNext(key: string, work: () => Promise<T>): Promise<T>;
  has(key: string): boolean;
  /** Pieces of work that are under way or waiting. */
  readonly size: number;
}

export interface SingleFlightOptions<T> {
  /** Most pieces of work that can be shared; more than that are done unshared. */
  readonly maxFlights: number;
  /** After this many milliseconds nobody joins or waits for a piece of work, so that one that hangs holds up nobody else. */
  readonly timeoutMs: number;
  /** What is to happen after the work before it is not shared any more. @default nothing */
  readonly until?: (value: T) => Promise<void> | undefined;
}

interface Flight<T> {
  readonly result: Promise<T>;
  /** Resolves when nobody is to wait for it any more. */
  readonly landed: Promise<void>;
}

export function createSingleFlight<T>({
  maxFlights,
  timeoutMs,
  until = () => undefined,
}: SingleFlightOptions<T>): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();
  const waiting = new Map<string, Promise<T>>();

  const takeOff = (key: string, work: () => Promise<T>): Promise<T> => {
    const result = work();
    const { promise: landed, resolve } = Promise.withResolvers<void>();
    const flight = { result, landed };
    const land = (): void => {
      clearTimeout(timer);
      if (flights.get(key) === flight) flights.delete(key);
      resolve();
    };
    const timer = setTimeout(land, timeoutMs).unref();
    flights.set(key, flight);
    result.then((value) => {
      const more = until(value);
      if (more === undefined) land();
      else void more.then(land, land);
    }, land);
    return result;
  };
  const start = (key: string, work: () => Promise<T>): Promise<T> =>
    flights.size + waiting.size < maxFlights ? takeOff(key, work) : work();

  return {
    join: (key, work) => flights.get(key)?.result ?? start(key, work),
    joinNext(key, work) {
      const next = waiting.get(key);
      if (next !== undefined) return next;
      const current = flights.get(key);
      if (current === undefined) return start(key, work);
      const queued = current.landed.then(() => {
        waiting.delete(key);
        return takeOff(key, work);
      });
      waiting.set(key, queued);
      return queued;
    },
    has: (key) => flights.has(key),
    get size() {
      return flights.size + waiting.size;
    },
  };
}
