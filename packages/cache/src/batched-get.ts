/** The values of some keys, in their order. */
export type GetAll = (keys: readonly string[]) => Promise<readonly (Buffer | null)[]>;

/** Few enough that one answer does not hold up the others on the connection for long. */
const MOST_KEYS = 128;

interface Batch {
  readonly places: Map<string, number>;
  readonly values: Promise<readonly (Buffer | null)[]>;
}

/**
 * Asks for the keys of all who come in one turn of the event loop with one command, and for a key that several want once: of many
 * requests on one resource, the generations are the same. The question is always asked after whoever wants to know has come.
 */
export function createBatchedGet(getAll: GetAll): GetAll {
  let open: Batch | undefined;

  const begin = (): Batch => {
    const places = new Map<string, number>();
    const values = new Promise<readonly (Buffer | null)[]>((resolve, reject) => {
      setImmediate(() => {
        if (open === batch) open = undefined;
        getAll([...places.keys()]).then(resolve, reject);
      });
    });
    const batch = { places, values };
    return batch;
  };

  return async (keys) => {
    if (open === undefined || open.places.size + keys.length > MOST_KEYS) open = begin();
    const { places, values } = open;
    const wanted = keys.map((key) => {
      const place = places.get(key) ?? places.size;
      places.set(key, place);
      return place;
    });
    const found = await values;
    return wanted.map((place) => found[place] ?? null);
  };
}
