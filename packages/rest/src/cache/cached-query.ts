import { readIncludes } from "../query/list-request.ts";
import { parseQuery, type QueryParameters } from "../query/query-string.ts";
import type { Include } from "../sql/include.ts";

/** What a query string asks of a cache. */
export interface CachedQuery {
  /** The same for all spellings of the same question; "" for none. */
  readonly text: string;
  /** The client wants an answer that is new. */
  readonly refreshes: boolean;
  readonly includes: readonly Include[];
}

/** @throws HttpError `BAD_REQUEST` like `parseQuery`. */
export function readCachedQuery(query: string, includes: ReadonlyMap<string, Include>): CachedQuery {
  const parameters = parseQuery(query);
  return {
    text: canonical(parameters),
    refreshes: parameters.get("nocache") === "1",
    includes: readIncludes(parameters, includes),
  };
}

function canonical(parameters: QueryParameters): string {
  const asked = [...parameters].filter(([name]) => name !== "nocache");
  if (asked.length === 0) return "";
  return JSON.stringify(asked.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
