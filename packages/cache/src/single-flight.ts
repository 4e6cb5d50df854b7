/** Lets callers that ask for the same thing at the same time share one piece of work. */
export interface SingleFlight<T> {
  /** Starts the work, or joins the one that is under way under this key. */
  join(key: string, work: () => Promise<T>): Promise<T>;
  has(key: string): boolean;
  readonly size: number;
}

export interface SingleFlightOptions {
  /** Most pieces of work that can be joined; more than that are done unshared. */
  readonly maxFlights: number;
  /** After this many milliseconds nobody joins a piece of work any more, so that one that hangs holds up nobody else. */
  readonly timeoutMs: number;
}

export function createSingleFlight<T>({ maxFlights, timeoutMs }: SingleFlightOptions): SingleFlight<T> {
  const flights = new Map<string, Promise<T>>();

  const takeOff = (key: string, work: () => Promise<T>): Promise<T> => {
    const flight = work();
    const land = (): void => {
      clearTimeout(timer);
      if (flights.get(key) === flight) flights.delete(key);
    };
    const timer = setTimeout(land, timeoutMs).unref();
    flights.set(key, flight);
    flight.then(land, land);
    return flight;
  };

  return {
    join: (key, work) => flights.get(key) ?? (flights.size < maxFlights ? takeOff(key, work) : work()),
    has: (key) => flights.has(key),
    get size() {
      return flights.size;
    },
  };
}
